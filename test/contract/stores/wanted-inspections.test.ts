/** The contract of wanted looks into images, and of what package repositories offered. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { formatWanted, parseWanted, type WantedManifest } from '../../../src/ports/wanted-inspection-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { digest, minute, nasty } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(() => db.pool.query('truncate underpin.wanted_inspections, underpin.installable'))

const name = 'docker.io/library/made-up'
const wanted: WantedManifest = { scope: 'public', imageName: name, manifest: digest('a'), index: digest('1'), platform: 'linux/arm64' }

describe('a wanted look', () => {
  it('is wanted since the first who waits', async () => {
    const { wantedInspections: store } = db.stores
    expect(await store.want(wanted, minute(0))).toEqual({ ...wanted, since: minute(0), problem: null })
    expect(await store.want({ ...wanted, index: null }, minute(5))).toEqual({ ...wanted, since: minute(0), problem: null })
    expect(await store.read('public', name, digest('a'))).toEqual({ ...wanted, since: minute(0), problem: null })
  })

  it('is another one in another scope, image name or manifest', async () => {
    const { wantedInspections: store } = db.stores
    await store.want(wanted, minute(0))
    expect(await store.read('acme-token', name, digest('a'))).toBeNull()
    expect(await store.read('public', `${name}2`, digest('a'))).toBeNull()
    expect(await store.read('public', name, digest('b'))).toBeNull()
  })

  it('remembers what it failed with, whatever is written in it, and still since when it is wanted', async () => {
    const { wantedInspections: store } = db.stores
    await store.want(wanted, minute(0))
    await store.noteProblem(wanted, 'the registry is down', false, minute(1))
    await store.noteProblem(wanted, nasty, true, minute(2))
    const { since, problem } = (await store.read('public', name, digest('a')))!
    expect(since).toEqual(minute(0))
    expect(problem).toMatchObject({ isFinal: true, at: minute(2) })
  })

  it('is over once it was had', async () => {
    const { wantedInspections: store } = db.stores
    await store.want(wanted, minute(0))
    await store.settle(wanted)
    expect(await store.read('public', name, digest('a'))).toBeNull()
    expect((await store.want(wanted, minute(9))).since).toEqual(minute(9))
  })

  it('names itself in due work, and is read back', () => {
    expect(parseWanted(formatWanted(wanted))).toEqual({ scope: 'public', imageName: name, manifest: digest('a') })
    expect(() => parseWanted('public docker.io/library/made-up:tag')).toThrow(/not a wanted manifest/)
  })
})

describe('what package repositories offered', () => {
  it('is the newest answer, by scope', async () => {
    const { installables: store } = db.stores
    const known = { kind: 'known', versions: { libssl3: '3.0.17-1', constructor: '1' }, sources: { openssl: '3.0.17-1' } } as const
    expect(await store.installable('public', name, digest('a'))).toBeNull()
    await store.saveInstallable('public', name, digest('a'), { askedAt: minute(0), answer: { kind: 'cannot-say', why: nasty } })
    await store.saveInstallable('public', name, digest('a'), { askedAt: minute(1), answer: known })
    expect(await store.installable('public', name, digest('a'))).toEqual({ askedAt: minute(1), answer: known })
    expect(await store.installable('acme-token', name, digest('a'))).toBeNull()
  })
})
