/** `match --feed` on real samples of every feed: an image of each distribution is held against what its publishers gave out, and every file of theirs is read. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDistroTable } from '../../src/app/distro-table.ts'
import { buildImage } from '../stand-ins/registry/content.ts'
import { layoutFiles, writeFiles } from '../stand-ins/registry/oci-layout.ts'
import { underpinIn } from '../support/real-systems.ts'
import { madeUpPackages, packageBlob } from '../support/rpm/header.ts'
import { writeSqlitePages } from '../support/rpm/sqlite.ts'

const feeds = path.resolve(import.meta.dirname, '../../../shared/data/feeds')
/** Samples that upstream cut, as their README says: a reader tells it. */
const damaged: readonly string[] = ['debian-tracker/data/DLA/list', 'debian-tracker/data/DSA/list']

const table = readDistroTable()
const distros = table.distros.filter((row) => row.feeds.length > 0)

let home = ''
let layout = ''
let underpin: ReturnType<typeof underpinIn>
beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'underpin-samples-'))
  layout = path.join(home, 'layout')
  underpin = underpinIn(home)
  const rpm = Buffer.concat(writeSqlitePages(madeUpPackages(3).map((header) => packageBlob(header))))
  const database = {
    deb: { 'var/lib/dpkg/status': 'Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.1-1\n' },
    apk: { 'lib/apk/db/installed': 'P:openssl\nV:0.1-r0\nA:x86_64\no:openssl\n' },
    rpm: { 'var/lib/rpm/rpmdb.sqlite': rpm },
  }
  const images = distros.map(({ id, packages, precision, releases }) => {
    const version = precision === 'rolling' ? '' : `VERSION_ID="${releases.at(-1)?.release ?? '9'}"\n`
    return [id, buildImage({ layers: [{ 'etc/os-release': `ID=${id}\n${version}`, ...database[packages] }] })] as const
  })
  await writeFiles(layout, layoutFiles(Object.fromEntries(images)))
})
afterAll(() => rm(home, { recursive: true, force: true }))

describe('match --feed', () => {
  it.each(distros.map(({ id }) => id))('an image of %s: all samples of its feeds are read', async (id) => {
    const { code, out, err } = await underpin('match', `oci:${layout}:${id}`, '--feed', feeds, '--all', '--json')

    const unread = err.split('\n').filter((line) => distros.some((row) => row.feeds.some((feed) => line.startsWith(`${feed}/`))))
    expect(unread.map((line) => line.split(':')[0]).filter((file) => !damaged.includes(file ?? ''))).toEqual([])
    // 2 where a damaged file was told, or where no sample speaks of that very release.
    expect([0, 2]).toContain(code)
    expect(err).toContain('looked up in')
    expect(Array.isArray(JSON.parse(out))).toBe(true)
  })
})
