/** Several repositories and several images: who is asked, how often, and what is said where not everything was read. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createMemory } from '../../../../src/adapters/indexes/memory.ts'
import type { PackageRepository } from '../../../../src/domain/package/inventory.ts'
import { pack } from 'tar-stream'
import { acme, indexesOf, startArchive } from './archive.ts'

async function apkIndex(packages: Readonly<Record<string, string>>): Promise<Buffer> {
  const packed = pack()
  packed.entry(
    { name: 'APKINDEX' },
    Object.entries(packages)
      .map(([name, version]) => `P:${name}\nV:${version}\n\n`)
      .join(''),
  )
  packed.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of packed as unknown as AsyncIterable<Buffer>) chunks.push(chunk)
  return gzipSync(Buffer.concat(chunks))
}

const apk = (uri: string): PackageRepository => ({ type: 'apk', uri, pin: null })

async function archive() {
  const files = new Map<string, Uint8Array | string | number>([
    ['/main/x86_64/APKINDEX.tar.gz', await apkIndex({ tool: '1.0-r1', lib: '1.0-r0' })],
    ['/updates/x86_64/APKINDEX.tar.gz', await apkIndex({ tool: '1.0-r2', lib: '0.9-r9' })],
  ])
  const { host, asked } = await startArchive(files)
  return { files, host, asked, main: apk(`http://${host}/main`), updates: apk(`http://${host}/updates`) }
}

describe('several repositories', () => {
  it('the newest version of all of them is told; a repository that is named twice is read once', async () => {
    const { host, asked, main, updates } = await archive()

    const answer = await indexesOf(host).installable(acme, [main, updates, main], 'x86_64', ['tool', 'lib'])

    expect(answer.kind === 'known' && [...answer.versions.values()].map(({ name, version }) => `${name} ${version}`)).toEqual(['tool 1.0-r2', 'lib 1.0-r0'])
    expect(asked).toHaveLength(2)
  })

  it('one at a host that is not allowed is not asked, and named', async () => {
    const { host, main } = await archive()

    expect(await indexesOf(host).installable(acme, [main, apk('https://third.party.test/repo')], 'x86_64', ['tool'])).toMatchObject({
      kind: 'known',
      unread: ['the package repository https://third.party.test/repo is at no host of acme that we know, and the operator allows none'],
    })
    expect(await indexesOf(host, undefined, []).installable(acme, [main], 'x86_64', ['tool'])).toMatchObject({
      kind: 'cannot-say',
      why: expect.stringContaining('at no host of acme'),
    })
  })

  it('one that has trouble makes the answer unknown', async () => {
    const { host, files, main, updates } = await archive()
    files.set('/updates/x86_64/APKINDEX.tar.gz', 410)

    expect(await indexesOf(host).installable(acme, [main, updates], 'x86_64', ['tool'])).toEqual({
      kind: 'cannot-say',
      why: `the package repository http://${host}/updates could not be read: ${host} answered 410 for /updates/x86_64/APKINDEX.tar.gz`,
    })
  })

  it('one that does not answer by HTTPS is not asked otherwise, and the answer says what would allow it', async () => {
    const closed = '127.0.0.1:1'

    expect(await indexesOf(closed, undefined, [closed]).installable(acme, [apk(`http://${closed}/main`)], 'x86_64', ['tool'])).toMatchObject({
      kind: 'cannot-say',
      why: expect.stringMatching(/refused the connection.*; it is asked by HTTPS, unless the operator allows http:\/\/127\.0\.0\.1:1$/),
    })
  })

  it('none at all, or more than anybody has: cannot say', async () => {
    const { host, asked } = await archive()
    const many = Array.from({ length: 101 }, (_, at) => apk(`http://${host}/${at}`))

    expect((await indexesOf(host).installable(acme, [], 'x86_64', ['tool'])).kind).toBe('cannot-say')
    expect((await indexesOf(host).installable(acme, many, 'x86_64', ['tool'])).kind).toBe('cannot-say')
    expect(asked).toEqual([])
  })

  it('what the image says reaches people without characters that play tricks', async () => {
    const { host } = await archive()
    const answer = await indexesOf(host).installable(acme, [apk('https://third.test/\u202e\n')], 'x86_64', ['tool'])

    expect(answer).toMatchObject({ why: expect.stringContaining('https://third.test/⟨U+202E⟩⟨U+000A⟩ is at no host') })
  })
})

describe('several images', () => {
  it('share one request, also for other names and at the same time; after ten minutes the publisher is asked whether it changed', async () => {
    const { host, asked, files, main } = await archive()
    const clock = { now: new Date('2030-01-01T00:00:00Z') }
    const indexes = indexesOf(host, clock)

    await Promise.all([indexes.installable(acme, [main], 'x86_64', ['tool']), indexes.installable(acme, [main], 'x86_64', ['lib'])])
    clock.now = new Date('2030-01-01T00:09:59Z')
    const early = await indexes.installable(acme, [main], 'x86_64', ['tool'])
    clock.now = new Date('2030-01-01T00:10:00Z')
    const same = await indexes.installable(acme, [main], 'x86_64', ['tool'])
    files.set('/main/x86_64/APKINDEX.tar.gz', await apkIndex({ tool: '2.0-r0' }))
    clock.now = new Date('2030-01-01T00:20:00Z')
    const changed = await indexes.installable(acme, [main], 'x86_64', ['tool'])

    expect(asked.map((line) => line.slice(0, 3))).toEqual(['200', '304', '200'])
    expect(early).toMatchObject({ asOf: new Date('2030-01-01T00:00:00Z') })
    expect(same).toMatchObject({ asOf: new Date('2030-01-01T00:10:00Z') })
    expect(changed.kind === 'known' && changed.versions.get('tool')?.version).toBe('2.0-r0')
  })

  it('a host that the operator allows without a scheme is asked by https, whatever the image says', async () => {
    const files = new Map([['/main/x86_64/APKINDEX.tar.gz', await apkIndex({ tool: '1.0-r1' })]])
    const { host } = await startArchive(files, true)

    expect((await indexesOf(host, undefined, [host]).installable(acme, [apk(`http://${host}/main`)], 'x86_64', ['tool'])).kind).toBe('known')
  })
})

describe('memory', () => {
  const validators = { etag: null, lastModified: null }

  it('keeps so much, and forgets first what was unused for longest', async () => {
    const reads: string[] = []
    const memory = createMemory<number>({ freshMs: 1000, most: 10, weigh: (value) => value, now: () => new Date(0) })
    const get = (key: string, weight: number) => memory.get(key, async () => (reads.push(key), { value: weight, validators }))

    for (const [key, weight] of [
      ['a', 4],
      ['b', 4],
      ['a', 4],
      ['c', 4],
      ['a', 4],
      ['b', 4],
      ['large', 99],
      ['large', 99],
    ] as const)
      await get(key, weight)

    expect(reads).toEqual(['a', 'b', 'c', 'b', 'large'])
  })

  it('a reading that fails is told to all who wait, and tried again by the next', async () => {
    const memory = createMemory<number>({ freshMs: 1000, most: 10, weigh: () => 1, now: () => new Date(0) })
    const failing = () => Promise.reject(new Error('no'))

    expect((await Promise.allSettled([memory.get('a', failing), memory.get('a', failing)])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await memory.get('a', async () => ({ value: 1, validators }))).value).toBe(1)
  })
})
