/** A folder of feeds, as `match --feed DIR` reads it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readFeedFolder } from '../../../../src/adapters/feeds/folder.ts'
import type { FeedItem } from '../../../../src/domain/advisory/advisory.ts'
import { distros } from '../../../support/distros.ts'
import { itemText } from '../../../support/feed-text.ts'

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'underpin-feeds-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

const tracker = (status: object): string => JSON.stringify({ alpha: { 'CVE-2099-0001': { releases: { bookworm: status } } } })
const secdb = (versions: object): string => JSON.stringify({ distroversion: 'v3.20', packages: [{ pkg: { name: 'alpha', secfixes: versions } }] })
const items = async (folder: string): Promise<string[]> => {
  const found: FeedItem[] = []
  for await (const item of readFeedFolder(folder, { distros })) found.push(item)
  return found.map(itemText)
}

test('feeds are read by the names of their folders, and what is no feed is passed over', async () => {
  const folder = folderOf({
    'README.md': '# Feeds',
    'debian-tracker/README.md': '# Tracker',
    'debian-tracker/tracker.json': tracker({ status: 'open', urgency: 'low' }),
    'alpine-secdb/v3.20/main.json': secdb({ '1-r1': ['CVE-2099-0002'] }),
    'no-such-feed/tracker.json': 'nonsense',
  })

  expect(await items(folder)).toEqual([
    'alpine:3.20 source alpha | CVE-2099-0002 | < 1-r1 | available | CVE-2099-0002 of alpine-secdb',
    'debian:12 source alpha | CVE-2099-0001 | all versions | none-yet | severity low | CVE-2099-0001 of debian-tracker',
  ])
})

test('a file that cannot be read to its end is a problem with its path, and the others count', async () => {
  const folder = folderOf({ 'debian-tracker/a.json': '{"alpha":', 'debian-tracker/b.json': tracker({ status: 'perhaps' }), 'kev/x.json': '<html>' })

  expect(await items(folder)).toEqual([
    'problem debian-tracker/a.json a.json is cut off (byte 9)',
    'problem debian-tracker/b.json: alpha CVE-2099-0001 bookworm has a status that we do not understand',
    'problem kev/x.json x.json is not JSON: "<" stands where something else must (byte 0)',
  ])
})

test('links are not followed', async () => {
  const folder = folderOf({ 'debian-tracker/tracker.json': tracker({ status: 'open' }), 'elsewhere/x.json': tracker({ status: 'open' }) })
  symlinkSync(path.join(folder, 'elsewhere'), path.join(folder, 'debian-tracker/more'))
  symlinkSync(path.join(folder, 'elsewhere/x.json'), path.join(folder, 'debian-tracker/x.json'))

  expect(await items(folder)).toHaveLength(1)
})

test('a folder that is not there, or is a file, is a fault', async () => {
  const folder = folderOf({ file: '' })

  await expect(items(path.join(folder, 'none'))).rejects.toMatchObject({ kind: 'missing' })
  await expect(items(path.join(folder, 'file'))).rejects.toMatchObject({ kind: 'missing' })
})
