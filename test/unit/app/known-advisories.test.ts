/** Advisories for a few images: a folder and a store that hold the same feeds say the same, and nothing about other packages or releases. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { debianTracker } from '../../../src/adapters/feeds/debian-tracker/index.ts'
import { createMemoryAdvisoryStore } from '../../../src/adapters/store/memory/index.ts'
import { readDistroTable } from '../../../src/app/distro-table.ts'
import { advisoriesInFolder, advisoriesInStore, feedsAbout } from '../../../src/app/known-advisories.ts'
import type { Inventory } from '../../../src/domain/package/inventory.ts'
import { writeFiles } from '../../stand-ins/registry/oci-layout.ts'
import { trackerJson } from './cli/evidence-stage.ts'

const distros = readDistroTable()
const at = new Date('2099-01-01T00:00:00Z')
const inventory: Inventory = {
  distro: { id: 'debian', versionId: '12', codename: 'bookworm', idLike: [], prettyName: null, cpeName: null },
  source: 'layers',
  packages: [
    {
      type: 'deb',
      name: 'libthing1',
      version: '1.0-1',
      arch: 'amd64',
      sourceName: 'thing',
      sourceVersion: '1.0-1',
      module: null,
      vendor: null,
      purl: 'pkg:deb/debian/libthing1',
    },
  ],
  repositories: [],
  granularity: 'binaries',
  notes: [],
  unseen: [],
}

/** A folder with the tracker's export, and a store that took it in. */
async function stage() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'underpin-known-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await writeFiles(folder, { 'debian-tracker/tracker.json': trackerJson, 'README.md': 'not a feed' })
  const store = createMemoryAdvisoryStore()
  const file = {
    path: 'tracker.json',
    async *open() {
      yield Buffer.from(trackerJson)
    },
  }
  const items = debianTracker.parse(file, { distros })!
  await store.save(
    { feed: 'debian-tracker', part: 'json', etag: null, newest: null, mode: 'replace', items, published: () => ({ bytes: 1, fingerprint: null }) },
    () => null,
    at,
  )
  return { folder, store }
}

test('a folder and a store with the same feed give the same advisories, about the packages of the image only', async () => {
  const { folder, store } = await stage()
  const byRecord = (a: { record: string }, b: { record: string }) => (a.record < b.record ? -1 : 1)

  const fromFolder = await advisoriesInFolder(folder, distros, [inventory])
  const fromStore = await advisoriesInStore(store, distros, [inventory])

  expect(fromFolder.advisories.map(({ record }) => record).sort()).toEqual(['CVE-2099-0001', 'CVE-2099-0002'])
  expect([...fromStore.advisories].sort(byRecord)).toEqual([...fromFolder.advisories].sort(byRecord))
  expect(fromStore.feeds).toEqual([{ name: 'debian-tracker', checkedAt: at }])
  expect(fromFolder.feeds.map(({ name }) => name)).toEqual(['debian-tracker'])
})

test('an image of another release, or of no distribution that a feed speaks of, hears nothing', async () => {
  const { folder } = await stage()
  const other = { ...inventory, distro: { ...inventory.distro!, versionId: '11', codename: 'bullseye' } }
  const unknown = { ...inventory, distro: { ...inventory.distro!, id: 'nobodys-linux' } }

  expect((await advisoriesInFolder(folder, distros, [other])).advisories).toEqual([])
  expect(await advisoriesInFolder(folder, distros, [unknown, { ...inventory, distro: null }])).toMatchObject({ advisories: [], feeds: [] })
  expect(feedsAbout(distros, [unknown])).toEqual([])
})

test('a folder that is not there is a fault, not an empty feed', async () => {
  await expect(advisoriesInFolder('/nowhere/at/all', distros, [inventory])).rejects.toMatchObject({ kind: 'missing', host: null })
})
