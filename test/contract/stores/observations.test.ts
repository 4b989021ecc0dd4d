/** The contract of observations, on PostgreSQL and in memory. */
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryObservationStore } from '../../../src/adapters/store/memory/index.ts'
import type { Manifest } from '../../../src/domain/image/manifest.ts'
import type { TagKey } from '../../../src/domain/image/observation.ts'
import type { ObservationStore } from '../../../src/ports/observation-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { digest, minute, nasty } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const implementations: readonly { readonly name: string; readonly open: () => ObservationStore }[] = [
  { name: 'PostgreSQL', open: () => db.stores.observations },
  { name: 'memory', open: createMemoryObservationStore },
]

let count = 0
function someTag(): TagKey {
  count += 1
  return { scope: 'public', imageName: `docker.io/library/image${count}`, tag: '3.20' }
}

const [a, b] = [digest('a'), digest('b')]
const descriptor = { mediaType: 'text/plain', digest: digest('c'), size: 3, platform: null, annotations: { [nasty]: nasty } }
const manifest: Manifest = { kind: 'image', digest: a, mediaType: 'text/plain', size: 9, config: descriptor, layers: [descriptor], annotations: {} }
const platform = { os: 'linux', architecture: 'arm', variant: 'v7', osVersion: null }

describe.each(implementations)('observations on $name', ({ open }) => {
  it('the tags that showed a digest are found, each by its newest interval, the one seen last first', async () => {
    const store = open()
    const key = someTag()
    const [other, third] = [
      { ...key, tag: 'latest' },
      { ...key, tag: 'edge' },
    ]
    for (const [at, digest] of [a, b, a, b].entries()) await store.observe(key, digest, minute(at))
    await store.observe(other, a, minute(7))
    await store.observe(third, b, minute(8))
    await store.observe({ ...key, scope: 'acme-token', tag: 'private' }, a, minute(9))
    expect(await store.tagsShowing(key.scope, key.imageName, a, 9)).toMatchObject([
      { tag: 'latest', leftAt: null },
      { tag: key.tag, firstSeen: minute(2), leftAt: minute(3) },
    ])
    expect(await store.tagsShowing(key.scope, key.imageName, a, 1)).toHaveLength(1)
    expect(await store.tagsShowing(key.scope, 'docker.io/library/none', a, 9)).toEqual([])
  })

  it('the first look is no move, and the same digest extends the interval', async () => {
    const store = open()
    const key = someTag()
    expect(await store.observe(key, a, minute(0))).toEqual({ moved: false, previous: null })
    expect(await store.observe(key, a, minute(5))).toEqual({ moved: false, previous: a })
    expect(await store.history(key, 9)).toEqual([{ ...key, digest: a, firstSeen: minute(0), lastSeen: minute(5), leftAt: null, next: null }])
  })

  it('A, B, A gives three intervals, newest first', async () => {
    const store = open()
    const key = someTag()
    await store.observe(key, a, minute(0))
    expect(await store.observe(key, b, minute(1))).toEqual({ moved: true, previous: a })
    expect(await store.observe(key, a, minute(2))).toEqual({ moved: true, previous: b })
    expect(await store.history(key, 9)).toEqual([
      { ...key, digest: a, firstSeen: minute(2), lastSeen: minute(2), leftAt: null, next: null },
      { ...key, digest: b, firstSeen: minute(1), lastSeen: minute(1), leftAt: minute(2), next: a },
      { ...key, digest: a, firstSeen: minute(0), lastSeen: minute(0), leftAt: minute(1), next: b },
    ])
    expect(await store.history(key, 1)).toHaveLength(1)
  })

  it('news that is not newer than the newest changes nothing', async () => {
    const store = open()
    const key = someTag()
    await store.observe(key, a, minute(5))
    const before = await store.history(key, 9)
    for (const at of [minute(4), minute(5)]) expect(await store.observe(key, b, at)).toEqual({ moved: false, previous: a })
    await store.observe(key, a, minute(3))
    expect(await store.history(key, 9)).toEqual(before)
  })

  it('whatever is seen in whatever order, intervals never overlap, follow each other, and exactly one is current', async () => {
    const store = open()
    const look = record({ hex: constantFrom('a', 'b', 'c'), at: integer({ min: 0, max: 12 }) })
    await assert(
      asyncProperty(array(look, { minLength: 1, maxLength: 12 }), async (looks) => {
        const key = someTag()
        for (const { hex, at } of looks) await store.observe(key, digest(hex), minute(at))
        const oldestFirst = [...(await store.history(key, 99))].reverse()
        expect(oldestFirst.filter(({ leftAt }) => leftAt === null)).toEqual([oldestFirst.at(-1)])
        for (const [index, interval] of oldestFirst.entries()) {
          const next = oldestFirst[index + 1]
          expect(interval.lastSeen.getTime()).toBeGreaterThanOrEqual(interval.firstSeen.getTime())
          if (next === undefined) continue
          expect(interval.leftAt!.getTime()).toBeGreaterThan(interval.lastSeen.getTime())
          expect(interval).toMatchObject({ leftAt: next.firstSeen, next: next.digest })
          expect(next.digest).not.toBe(interval.digest)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('one scope sees nothing of another', async () => {
    const store = open()
    const key = someTag()
    const other = { ...key, scope: 'acme-token' }
    await store.observe(key, a, minute(0))
    await store.saveManifest(key.scope, key.imageName, manifest, null)
    await store.saveUnserved(key.scope, key.imageName, b, minute(0), null)
    expect(await store.history(other, 9)).toEqual([])
    expect(await store.manifest(other.scope, other.imageName, a)).toBeNull()
    expect(await store.unserved(other.scope, other.imageName, b)).toBeNull()
  })

  it('manifests come back exactly, whatever is written in them, and a platform once known stays', async () => {
    const store = open()
    const { scope, imageName } = someTag()
    expect(await store.manifest(scope, imageName, a)).toBeNull()
    await store.saveManifest(scope, imageName, manifest, platform)
    await store.saveManifest(scope, imageName, manifest, null)
    expect(await store.manifest(scope, imageName, a)).toEqual({ manifest, platform })
  })

  it('a digest that is gone is remembered with the last time it was asked for, until it is fetched after all', async () => {
    const store = open()
    const { scope, imageName } = someTag()
    await store.saveUnserved(scope, imageName, a, minute(0), null)
    await store.saveUnserved(scope, imageName, a, minute(9), null)
    expect(await store.unserved(scope, imageName, a)).toEqual({ askedAt: minute(9), since: minute(0), problem: null })
    await store.saveManifest(scope, imageName, manifest, null)
    expect(await store.unserved(scope, imageName, a)).toBeNull()
  })

  it('a digest that was served and is gone keeps its manifest, and is served again once that is noted', async () => {
    const store = open()
    const { scope, imageName } = someTag()
    await store.noteServed(scope, imageName, a, minute(0))
    expect(await store.servedAt(scope, imageName, a)).toBeNull()
    await store.saveManifest(scope, imageName, manifest, platform)
    await store.noteServed(scope, imageName, a, minute(1))
    expect(await store.servedAt(scope, imageName, a)).toEqual(minute(1))
    await store.saveUnserved(scope, imageName, a, minute(5), 'it is no manifest')
    await store.saveUnserved(scope, imageName, a, minute(7), null)
    await store.saveUnserved(scope, imageName, a, minute(9), null)
    expect(await store.unserved(scope, imageName, a)).toEqual({ askedAt: minute(9), since: minute(7), problem: null })
    expect(await store.manifest(scope, imageName, a)).toEqual({ manifest, platform })
    await store.noteServed(scope, imageName, a, minute(12))
    expect(await store.unserved(scope, imageName, a)).toBeNull()
    expect(await store.servedAt('acme-token', imageName, a)).toBeNull()
  })

  it('remembers the fault of the last look until a look succeeds', async () => {
    const store = open()
    const key = someTag()
    const fault = { kind: 'unauthorized', host: 'ghcr.io', message: nasty } as const
    expect(await store.fault(key)).toBeNull()
    await store.noteFault(key, { ...fault, message: 'older' })
    await store.noteFault(key, fault)
    expect(await store.fault(key)).toEqual(fault)
    await store.noteFault(key, null)
    expect(await store.fault(key)).toBeNull()
  })
})
