/** The contract of advisories, on PostgreSQL and in memory. */
import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMemoryAdvisoryStore } from '../../../src/adapters/store/memory/index.ts'
import { Fault } from '../../../src/domain/fault.ts'
import type { FeedItem } from '../../../src/domain/advisory/advisory.ts'
import type { AdvisoryStore } from '../../../src/ports/advisory-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { advised, advisory, update } from './evidence-fixtures.ts'
import { minute, nasty } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())

const implementations: readonly { readonly name: string; readonly open: () => Promise<AdvisoryStore> }[] = [
  {
    name: 'PostgreSQL',
    open: async () => {
      await db.pool.query('truncate underpin.feed_parts, underpin.feed_changes cascade')
      return db.stores.advisories
    },
  },
  { name: 'memory', open: async () => createMemoryAdvisoryStore() },
]

const accept = () => null
const debian = (packageName: string) => ({ release: 'debian:12', packageName })

describe.each(implementations)('advisories on $name', ({ open }) => {
  it('a first update is all news, the same again is none and moves only when it was asked', async () => {
    const store = await open()
    const items = [advised('MADE-1', 'a'), advised('MADE-1', 'b'), advised('MADE-2', 'a', { release: 'debian:13' })]
    expect(await store.save(update('replace', items), accept, minute(0))).toEqual({
      kind: 'saved',
      items: 3,
      changed: [debian('a'), debian('b'), { release: 'debian:13', packageName: 'a' }],
    })
    expect(await store.save(update('replace', items, { etag: '"2"' }), accept, minute(5))).toEqual({ kind: 'saved', items: 3, changed: [] })
    const part = { feed: 'made-up', part: 'all', etag: '"2"', newest: '2026-11-22T00:00:00Z', items: 3, bytes: 1_234, fingerprint: null, alarm: null }
    expect(await store.parts()).toEqual([{ ...part, changedAt: minute(0), checkedAt: minute(5) }])
  })

  it('a replacement names the packages whose advisory is new, changed or gone, and no other', async () => {
    const store = await open()
    await store.save(
      update(
        'replace',
        ['same', 'changed', 'gone'].map((name) => advised(`MADE-${name}`, name)),
      ),
      accept,
      minute(0),
    )
    const now = [advised('MADE-same', 'same'), advised('MADE-changed', 'changed', { fix: 'none-yet' }), advised('MADE-new', 'new')]
    expect(await store.save(update('replace', now), accept, minute(1))).toEqual({ kind: 'saved', items: 3, changed: ['changed', 'gone', 'new'].map(debian) })
    expect(await store.about('debian:12', ['same', 'changed', 'gone', 'new'])).toHaveLength(3)
    expect(await store.about('debian:12', ['changed'])).toEqual([advisory('MADE-changed', 'changed', { fix: 'none-yet' })])
    expect((await store.parts('made-up'))[0]?.changedAt).toEqual(minute(1))
  })

  it('a release that no advisory speaks of is told from one whose packages have none', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a'), { kind: 'exploited', vulnerability: 'CVE-2099-1', since: '2099-01-01' }]), accept, minute(0))
    expect([await store.about('debian:12', ['b']), await store.speaksOf('debian:12')]).toEqual([[], true])
    expect([await store.about('debian:9', ['a']), await store.speaksOf('debian:9')]).toEqual([[], false])
  })

  it('an increment adds, changes and removes by record and leaves the others', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a'), advised('MADE-1', 'b'), advised('MADE-2', 'c'), advised('MADE-3', 'd')]), accept, minute(0))
    const patch: FeedItem[] = [advised('MADE-1', 'a'), { kind: 'gone', record: 'MADE-2' }, { kind: 'gone', record: 'MADE-9' }, advised('MADE-4', 'e')]
    expect(await store.save(update('patch', patch), accept, minute(1))).toEqual({ kind: 'saved', items: 3, changed: ['b', 'c', 'e'].map(debian) })
    const left = await store.about('debian:12', ['a', 'b', 'c', 'd', 'e'])
    expect(left.map((one) => `${one.record} ${one.packageName}`).sort()).toEqual(['MADE-1 a', 'MADE-3 d', 'MADE-4 e'])
    expect(await store.save(update('patch', [{ kind: 'gone', record: 'MADE-4' }]), accept, minute(2))).toEqual({
      kind: 'saved',
      items: 2,
      changed: [debian('e')],
    })
    await store.save(update('patch', [advised('MADE-4', 'e')]), accept, minute(2))
    expect(await store.save(update('patch', []), accept, minute(2))).toEqual({ kind: 'saved', items: 3, changed: [] })
  })

  it('nothing changes when the judge gives a reason, and the judge is told what was counted', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a'), advised('MADE-2', 'b')]), accept, minute(0))
    const before = await store.parts()
    const told: unknown[] = []
    const refuse = (counted: unknown) => (told.push(counted), 'it has shrunk')
    const problem: FeedItem = { kind: 'problem', where: 'line 1', message: 'unreadable' }
    for (const mode of ['replace', 'patch'] as const)
      expect(await store.save(update(mode, [advised('MADE-1', 'c'), problem], { newest: null }), refuse, minute(1))).toEqual({
        kind: 'refused',
        why: 'it has shrunk',
      })
    expect(told).toEqual([
      { items: 1, read: 1, problems: 1, newest: null },
      { items: 2, read: 1, problems: 1, newest: null },
    ])
    expect(await store.parts()).toEqual(before)
    expect(await store.about('debian:12', ['a', 'b', 'c'])).toEqual([advisory('MADE-1', 'a'), advisory('MADE-2', 'b')])
  })

  it('nothing changes when reading raises, and what it raised comes out', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a')]), accept, minute(0))
    const cut = new Fault('invalid', 'the file ends in the middle')
    await expect(store.save(update('replace', [advised('MADE-1', 'b')], { fault: cut }), accept, minute(1))).rejects.toBe(cut)
    expect(await store.about('debian:12', ['a', 'b'])).toEqual([advisory('MADE-1', 'a')])
    await expect(store.save(update('replace', [], { part: 'never', fault: cut }), accept, minute(1))).rejects.toBe(cut)
    expect((await store.parts()).map(({ part }) => part)).toEqual(['all'])
  })

  it('of two who read a part at once the second one stores nothing', async () => {
    const store = await open()
    const slow = update('replace', [])
    async function* overtaken() {
      yield advised('MADE-1', 'late')
      await store.save(update('replace', [advised('MADE-1', 'early')]), accept, minute(1))
    }
    await expect(store.save({ ...slow, items: overtaken() }, accept, minute(2))).rejects.toMatchObject({ kind: 'conflict' })
    expect(await store.about('debian:12', ['early', 'late'])).toEqual([advisory('MADE-1', 'early')])
  })

  it('parts and feeds do not touch each other', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a')]), accept, minute(0))
    await store.save(update('replace', [advised('MADE-1', 'a')], { part: 'other' }), accept, minute(0))
    await store.save(update('replace', [advised('MADE-1', 'a')], { feed: 'second' }), accept, minute(0))
    expect(await store.save(update('replace', [advised('MADE-2', 'b')]), accept, minute(1))).toMatchObject({ items: 1 })
    expect(await store.about('debian:12', ['a'])).toHaveLength(2)
    expect((await store.parts('made-up')).map(({ part }) => part)).toEqual(['all', 'other'])
  })

  it('an alarm stays beside the last good one until the publisher is well again', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a')]), accept, minute(0))
    await store.noteChecked('made-up', 'all', minute(5), 'it has shrunk')
    expect(await store.parts()).toMatchObject([{ items: 1, checkedAt: minute(0), changedAt: minute(0), alarm: 'it has shrunk' }])
    await store.noteChecked('made-up', 'all', minute(6), null)
    expect(await store.parts()).toMatchObject([{ items: 1, etag: '"1"', checkedAt: minute(6), changedAt: minute(0), alarm: null }])
    await store.noteChecked('made-up', 'new', minute(7), 'it is empty')
    expect(await store.parts()).toMatchObject([{ part: 'all' }, { part: 'new', items: 0, checkedAt: minute(7), alarm: 'it is empty' }])
  })

  it('what changed waits until its users are woken, and what changes meanwhile waits as well', async () => {
    const store = await open()
    await store.save(update('replace', [advised('MADE-1', 'a'), advised('MADE-2', 'b')]), accept, minute(0))
    const waiting = await store.unmatched(9)
    expect(waiting).toMatchObject(['a', 'b'].map(debian))
    expect(await store.unmatched(1)).toEqual([waiting[0]])
    await store.save(update('replace', [advised('MADE-1', 'a'), advised('MADE-3', 'b')]), accept, minute(1))
    await store.save(update('replace', []), () => 'it is empty', minute(2))
    await store.noteMatched(waiting.map(({ change }) => change))
    expect(await store.unmatched(9)).toMatchObject([debian('b')])
  })

  it('notes of several feeds about one vulnerability are one', async () => {
    const store = await open()
    const likely = (vulnerability: string, epss: number): FeedItem => ({ kind: 'likelihood', vulnerability, epss })
    await store.save(update('replace', [likely('MADE-1', 0.25), likely('MADE-2', 0.5)], { feed: 'epss' }), accept, minute(0))
    await store.save(update('replace', [{ kind: 'exploited', vulnerability: 'MADE-1', since: '2026-11-01' }], { feed: 'kev' }), accept, minute(0))
    expect(await store.save(update('replace', [likely('MADE-1', 0.75), likely('MADE-2', 0.5)], { feed: 'epss' }), accept, minute(1))).toEqual({
      kind: 'saved',
      items: 2,
      changed: [],
    })
    expect(await store.notes(['MADE-1', 'MADE-2', 'MADE-3'])).toEqual(
      new Map([
        ['MADE-1', { kev: true, epss: 0.75 }],
        ['MADE-2', { kev: false, epss: 0.5 }],
      ]),
    )
  })

  it('hostile text comes back exactly, and names that are too long are a problem of their record alone', async () => {
    const store = await open()
    const hostile = advised('MADE-1', 'a', { vendorSeverity: nasty, versions: [nasty] })
    const counted: unknown[] = []
    const count = (one: unknown) => (counted.push(one), null)
    await store.save(update('replace', [hostile, advised(nasty, nasty), advised('MADE-2', 'x'.repeat(5_000))]), count, minute(0))
    expect(counted).toMatchObject([{ items: 2, read: 2, problems: 1 }])
    expect(await store.about('debian:12', ['a', nasty])).toHaveLength(2)
    expect(await store.about('debian:12', ['a'])).toEqual([advisory('MADE-1', 'a', { vendorSeverity: nasty, versions: [nasty] })])
  })

  it('whatever comes in whatever order, the part holds what was said last of each record', async () => {
    const said = record({ record: constantFrom('MADE-1', 'MADE-2', 'MADE-3'), name: constantFrom('a', 'b'), version: integer({ min: 0, max: 2 }) })
    const step = record({ mode: constantFrom('replace' as const, 'patch' as const), items: array(said, { maxLength: 5 }) })
    await assert(
      asyncProperty(array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        const store = await open()
        let expected = new Map<string, Set<string>>()
        for (const { mode, items } of steps) {
          const read = items.map((item) => advised(item.record, item.name, { vendorSeverity: String(item.version) }))
          const before = new Set([...expected.values()].flatMap((texts) => [...texts]))
          if (mode === 'replace') expected = new Map()
          for (const item of items) expected.delete(item.record)
          for (const item of items) expected.set(item.record, (expected.get(item.record) ?? new Set()).add(`${item.record} ${item.name} ${item.version}`))
          const after = new Set([...expected.values()].flatMap((texts) => [...texts]))
          const saved = await store.save(update(mode, read), accept, minute(0))
          const differing = [...before].filter((text) => !after.has(text)).concat([...after].filter((text) => !before.has(text)))
          const changed = [...new Set(differing.map((text) => text.split(' ')[1] ?? ''))].sort()
          expect(saved).toEqual({ kind: 'saved', items: after.size, changed: changed.map(debian) })
          const held = await store.about('debian:12', ['a', 'b'])
          expect(held.map((one) => `${one.record} ${one.packageName} ${one.vendorSeverity}`).sort()).toEqual([...after].sort())
        }
      }),
      { numRuns: 40 },
    )
  })
})
