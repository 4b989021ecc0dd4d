/** Package indexes as Debian, Alpine, Wolfi and createrepo_c publish them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseIndex, parseIndexArchive } from '../../src/adapters/indexes/apk/parse.ts'
import { parsePackages, parseRelease } from '../../src/adapters/indexes/apt/parse.ts'
import { parsePrimary, parseRepomd } from '../../src/adapters/indexes/rpm/parse.ts'
import { sha256Hex } from '../../src/lib/hash.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/feeds')
const sample = (name: string): Buffer => readFileSync(path.join(samples, name))

/** In small pieces, so that names lie across their borders. */
async function* pieces(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

/** The distinct values of a field, by a way of their own. */
const distinct = (text: string, pattern: RegExp): readonly string[] => [...new Set([...text.matchAll(pattern)].map(([, value]) => value!))].sort()

describe('Debian', () => {
  it('the Packages of bookworm-updates are the ones that its InRelease lists', () => {
    const release = parseRelease(sample('apt/bookworm-updates/InRelease').toString())
    const packages = sample('apt/bookworm-updates/main/binary-amd64/Packages')

    expect(release.files.get('main/binary-amd64/Packages')).toEqual({ sha256: sha256Hex(packages), size: packages.length })
    expect(release).toMatchObject({ isByHash: true, isAutomatic: true, hasAllApart: false })
  })

  it('bookworm-security is good for a week', () => {
    const release = parseRelease(sample('apt/bookworm-security/InRelease').toString())

    expect(release.validUntil).toEqual(new Date('2026-11-27T00:12:41Z'))
    expect(release.files.has('main/binary-amd64/Packages.xz')).toBe(true)
  })

  it.each(['bookworm-updates', 'bookworm-security'])('every package of %s is read, with its source', async (suite) => {
    const bytes = sample(`apt/${suite}/main/binary-amd64/Packages`)

    const offers = await parsePackages(pieces(bytes))

    expect([...offers.keys()].sort()).toEqual(distinct(bytes.toString(), /^Package: (.+)$/gm))
    const sources = distinct(bytes.toString(), /^Source: (\S+)/gm)
    expect(sources.filter((source) => ![...offers.values()].some(({ sourceName }) => sourceName === source))).toEqual([])
    expect([...offers.values()].filter(({ version, sourceVersion }) => !/^\d/.test(version) || !/^\d/.test(sourceVersion))).toEqual([])
  })
})

describe('apk', () => {
  it('every package of an Alpine index is read, with its origin', async () => {
    const bytes = sample('apk/alpine-317/APKINDEX')

    const offers = await parseIndex(pieces(bytes))

    expect([...offers.keys()].sort()).toEqual(distinct(bytes.toString(), /^P:(.+)$/gm))
    expect([...new Set([...offers.values()].map(({ sourceName }) => sourceName))].sort()).toEqual(distinct(bytes.toString(), /^o:(.+)$/gm))
  })

  it('of several versions the newest is told: r13 is newer than r9', async () => {
    expect((await parseIndex(pieces(sample('apk/wolfi/APKINDEX')))).get('tini')?.version).toBe('0.19.0-r13')
  })

  it.each(['APKINDEX.tar.gz', 'APKINDEX.rsa256-signed.tar.gz', 'APKINDEX.private.tar.gz'])('%s is read as it is published', async (name) => {
    expect((await parseIndexArchive(sample(`apk/small/${name}`))).size).toBeGreaterThan(0)
  })
})

describe('rpm', () => {
  it('repomd.xml names its primary.xml, of which every package is read', async () => {
    expect(parseRepomd(sample('rpm/repomd.xml').toString())).toEqual({
      path: 'repodata/bcde64b04916a2a72fdc257d61bc922c70b3d58e953499180585f7a360ce86cf-primary.xml.gz',
      algorithm: 'sha256',
      checksum: 'bcde64b04916a2a72fdc257d61bc922c70b3d58e953499180585f7a360ce86cf',
    })
    expect([...(await parsePrimary(pieces(sample('rpm/primary.xml')), 'x86_64')).values()]).toEqual([
      { name: 'fake_bash', version: '1.1.1-1', sourceName: 'fake_bash', sourceVersion: '1.1.1-1' },
      { name: 'super_kernel', version: '6.0.1-2', sourceName: 'super_kernel', sourceVersion: '6.0.1-2' },
    ])
  })
})
