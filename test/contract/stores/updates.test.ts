/** The contract of update rows. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Claim } from '../../../src/domain/due-work.ts'
import { formatUpdateKey } from '../../../src/domain/update.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { deciding, digest, minute, plan, repo } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(async () => {
  await db.stores.repos.forget(7, 'all')
  await db.stores.repos.save([repo(), repo({ id: 2 })])
})

const key = formatUpdateKey(plan('a').key)
const deliveries = (limit = 10): Promise<readonly Claim[]> => db.stores.dueWork.claim('deliver', '7', { asOf: minute(999), leaseMs: 60_000, limit })
const nothing = { keep: [], keepUnopened: [] }
const endLeases = () => db.pool.query("update underpin.due_work set lease_until = now() - interval '1 second' where lease_until is not null")
const limits = { openPerRepo: 9, perRepoAndHour: 9, perInstallationAndHour: 9 }

/** Plans `a` and delivers it as pull request 1. */
async function opened(): Promise<Claim> {
  await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(0))
  const [claim] = await deliveries()
  await db.stores.updates.record(
    claim!,
    {
      state: 'open',
      pullRequest: 1,
      headOid: 'h'.repeat(40),
      openedAt: minute(0),
      deliveredFingerprint: plan('a').fingerprint,
      deliveredWords: plan('a').wordsFingerprint,
      deliveredDigests: [digest('a')],
      deliveredLabels: ['images'],
      deliveredPeople: ['reviewer ann'],
    },
    minute(0),
  )
  return claim!
}
/** `opened`, finished, and ended in `state`. */
async function ended(state: 'merged' | 'closed' | 'hands-off'): Promise<void> {
  const claim = await opened()
  await db.stores.updates.record(claim, { state, refuse: state === 'closed' ? [digest('a')] : [] }, minute(0))
  await db.stores.dueWork.finish(claim, null)
}

describe('planning an update', () => {
  it('a new key becomes planned, and due in the same transaction', async () => {
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(0))
    expect(await db.stores.updates.read(key)).toEqual({
      key: plan('a').key,
      installationId: 7,
      branch: expect.stringMatching(/^underpin\/alpine-3-20-[0-9a-f]{8}$/),
      state: 'planned',
      plan: plan('a'),
      deliveredFingerprint: null,
      deliveredWords: null,
      deliveredDigests: [],
      deliveredLabels: [],
      deliveredPeople: [],
      pullRequest: null,
      headOid: null,
      refusedDigests: [],
      openedAt: null,
      heldUntil: null,
      heldBy: null,
    })
    expect(await deliveries()).toMatchObject([{ key }])
  })

  it('the plan that was delivered changes nothing', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'open', pullRequest: 1 })
    expect(await deliveries()).toEqual([])
  })

  it('the plan that was delivered with other words is delivered again, once', async () => {
    const told = { ...plan('a'), title: 'fixes more', wordsFingerprint: 'd'.repeat(64) }
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, told, minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: 1, plan: { title: 'fixes more' } })
    const [claim] = await deliveries()
    await db.stores.updates.record(claim!, { state: 'open', deliveredFingerprint: told.fingerprint, deliveredWords: told.wordsFingerprint }, minute(2))
    await db.stores.dueWork.finish(claim!, null)
    await db.stores.updates.plan(await deciding(db), 7, told, minute(3))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'open' })
    expect(await deliveries()).toEqual([])
  })

  it('a plan that waits takes the newest words, and waits no shorter', async () => {
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(0))
    await db.stores.updates.plan(await deciding(db), 7, { ...plan('a'), title: 'fixes more', wordsFingerprint: 'd'.repeat(64) }, minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', plan: { title: 'fixes more' } })
  })

  it('the plan that is held stays held, another one is tried at once', async () => {
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(0))
    const [claim] = await deliveries()
    await db.stores.updates.record(claim!, { state: 'held', heldUntil: minute(60), heldBy: { limit: 'perRepoAndHour', most: 2 } }, minute(0))
    await db.stores.dueWork.finish(claim!, minute(2_000))
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'held', heldUntil: minute(60), heldBy: { limit: 'perRepoAndHour', most: 2 } })
    expect(await deliveries()).toEqual([])
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', heldUntil: null, heldBy: null })
    expect(await deliveries()).toHaveLength(1)
  })

  it('another plan moves the open pull request', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: 1, plan: plan('b'), deliveredFingerprint: plan('a').fingerprint })
    expect(await deliveries()).toHaveLength(1)
  })

  it('back to what the pull request already carries needs no delivery', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(2))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'open', plan: plan('a') })
  })

  it('a plan that changes while the old one is delivered is delivered next', async () => {
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(0))
    const [claim] = await deliveries()
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    await db.stores.updates.record(claim!, { state: 'open', pullRequest: 1, deliveredFingerprint: plan('a').fingerprint }, minute(0))
    await db.stores.dueWork.finish(claim!, null)
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: 1 })
    expect(await deliveries()).toHaveLength(1)
  })

  it('a plan that comes back to what was delivered, while another is delivered, is delivered again', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    const [claim] = await deliveries()
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(2))
    await db.stores.updates.record(claim!, { state: 'open', deliveredFingerprint: plan('b').fingerprint }, minute(3))
    await db.stores.dueWork.finish(claim!, null)
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', plan: plan('a') })
    expect(await deliveries()).toMatchObject([{ key }])
  })

  it('a label more is given without another plan, one less is nothing to do', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, { ...plan('a'), labels: [] }, minute(1))
    expect(await deliveries()).toEqual([])
    await db.stores.updates.plan(await deciding(db), 7, { ...plan('a'), labels: ['images', 'urgent'] }, minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: 1 })
    const [claim] = await deliveries()
    await db.stores.updates.record(claim!, { state: 'open', deliveredLabels: ['images', 'urgent'] }, minute(2))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'open' })
  })

  it('a person more is told without another plan, and a plan that waits gets one', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.plan(await deciding(db), 7, { ...plan('a'), reviewers: [] }, minute(1))
    expect(await deliveries()).toEqual([])
    await db.stores.updates.plan(await deciding(db), 7, { ...plan('a'), reviewers: ['ann', 'eve'] }, minute(1))
    await db.stores.updates.plan(await deciding(db), 7, { ...plan('a'), reviewers: ['ann', 'eve'], assignees: ['bob'] }, minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: 1, plan: { reviewers: ['ann', 'eve'], assignees: ['bob'] } })
    const [claim] = await deliveries()
    await db.stores.updates.record(claim!, { state: 'open', deliveredPeople: ['reviewer ann', 'reviewer eve', 'assignee bob'] }, minute(2))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'open' })
  })

  it("a zombie's plans and retentions change nothing", async () => {
    const zombie = await deciding(db)
    const claim = await deciding(db)
    expect(await db.stores.updates.plan(zombie, 7, plan('a'), minute(0))).toBe(false)
    expect(await db.stores.updates.ofRepo(1)).toEqual([])
    expect(await db.stores.updates.plan(claim, 7, plan('b'), minute(0))).toBe(true)
    expect(await db.stores.updates.plan(zombie, 7, plan('a'), minute(0))).toBe(false)
    expect(await db.stores.updates.retain(zombie, 1, nothing, minute(0))).toBe(false)
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', plan: plan('b') })
  })

  it.each(['merged', 'closed'] as const)('a row that was %s starts anew, and remembers what was refused', async (state) => {
    await ended(state)
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    const row = { state: 'planned', pullRequest: null, headOid: null, openedAt: null, deliveredFingerprint: null, deliveredDigests: [] }
    expect(await db.stores.updates.read(key)).toMatchObject({ ...row, refusedDigests: state === 'closed' ? [digest('a')] : [] })
    expect(await deliveries()).toHaveLength(1)
  })

  it.each(['merged', 'closed'] as const)('the very plan that was %s is not offered again: an old look, or a reverted merge', async (state) => {
    await ended(state)
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state, pullRequest: 1 })
    expect(await deliveries()).toEqual([])
  })

  it('hands-off stays', async () => {
    await ended('hands-off')
    await db.stores.updates.plan(await deciding(db), 7, plan('b'), minute(1))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'hands-off', plan: plan('a') })
    expect(await deliveries()).toEqual([])
  })

  it('of a repo that is not remembered is missing', async () => {
    await expect(db.stores.updates.plan(await deciding(db), 7, plan('a', { repoId: 99 }), minute(0))).rejects.toMatchObject({ name: 'Fault', kind: 'missing' })
  })
})

describe('retaining updates', () => {
  it('what nobody wants any more is obsolete, and due where a pull request has to be closed', async () => {
    const { updates, dueWork } = db.stores
    await dueWork.finish(await opened(), null)
    await updates.plan(await deciding(db), 7, plan('c', { group: 'kept' }), minute(0))
    await updates.plan(await deciding(db), 7, plan('c', { repoId: 2 }), minute(0))
    await updates.plan(await deciding(db), 7, plan('c', { group: 'never opened' }), minute(0))
    for (const claim of await deliveries()) await dueWork.finish(claim, null)
    await updates.retain(await deciding(db), 1, { keep: [], keepUnopened: ['1 main kept'] }, minute(1))
    const states = [...(await updates.ofRepo(1)), ...(await updates.ofRepo(2))].map(({ key, state }) => [key.group, state])
    expect(states).toEqual([
      ['docker.io/library/alpine:3.20', 'obsolete'],
      ['kept', 'planned'],
      ['never opened', 'obsolete'],
      ['docker.io/library/alpine:3.20', 'planned'],
    ])
    expect(await deliveries()).toMatchObject([{ key }])
  })

  it('an open pull request needs a word to stay, a row without one a plan', async () => {
    const { updates, dueWork } = db.stores
    await dueWork.finish(await opened(), null)
    await updates.plan(await deciding(db), 7, plan('c', { group: 'unopened' }), minute(0))
    await updates.retain(await deciding(db), 1, { keep: [key, '1 main unopened'], keepUnopened: [] }, minute(1))
    expect((await updates.ofRepo(1)).map(({ state }) => state)).toEqual(['open', 'obsolete'])
  })

  it('a branch without a pull request is due too, and the place that it gives back goes to what is held', async () => {
    const { updates, dueWork } = db.stores
    await updates.plan(await deciding(db), 7, plan('a'), minute(0))
    await updates.plan(await deciding(db), 7, plan('b', { group: 'waiting' }), minute(0))
    const [first, second] = await deliveries()
    const most = { ...limits, openPerRepo: 1 }
    await updates.admit(first!, most, minute(0))
    await updates.record(first!, { headOid: 'h'.repeat(40) }, minute(0))
    await updates.record(second!, { state: 'held' }, minute(0))
    for (const claim of [first!, second!]) await dueWork.finish(claim, null)
    await updates.retain(await deciding(db), 1, { keep: [], keepUnopened: ['1 main waiting'] }, minute(1))
    expect(await deliveries()).toMatchObject([{ key }, { key: '1 main waiting' }])
  })

  it('a pull request opened in that moment is still closed', async () => {
    const { updates, dueWork } = db.stores
    await updates.plan(await deciding(db), 7, plan('a'), minute(0))
    const [claim] = await deliveries()
    await updates.retain(await deciding(db), 1, nothing, minute(1))
    await updates.record(claim!, { state: 'open', pullRequest: 1, deliveredFingerprint: plan('a').fingerprint }, minute(0))
    await dueWork.finish(claim!, null)
    expect(await updates.read(key)).toMatchObject({ state: 'obsolete', pullRequest: 1 })
    expect(await deliveries()).toMatchObject([{ key }])
  })

  it('an obsolete update that is wanted again starts anew, with the same plan too', async () => {
    await db.stores.dueWork.finish(await opened(), null)
    await db.stores.updates.retain(await deciding(db), 1, nothing, minute(1))
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(2))
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: null, deliveredFingerprint: null })
    expect(await deliveries()).toHaveLength(1)
  })
})

describe('recording a delivery', () => {
  it('is found by its pull request, and refuses digests once', async () => {
    const claim = await opened()
    await db.stores.updates.record(claim, { refuse: [digest('b')] }, minute(0))
    await db.stores.updates.record(claim, { refuse: [digest('b'), digest('c')], branch: 'underpin-x' }, minute(0))
    const update = await db.stores.updates.byPullRequest(1, 1)
    expect(update).toMatchObject({ key: plan('a').key, refusedDigests: [digest('b'), digest('c')], branch: 'underpin-x', openedAt: minute(0) })
    expect(await db.stores.updates.byPullRequest(2, 1)).toBeNull()
  })

  it("a zombie's is not stored", async () => {
    await db.stores.updates.plan(await deciding(db), 7, plan('a'), minute(0))
    const [zombie] = await deliveries()
    await endLeases()
    const [claim] = await deliveries()
    expect(await db.stores.updates.record(zombie!, { state: 'open', pullRequest: 666 }, minute(0))).toBe(false)
    await expect(db.stores.updates.admit(zombie!, limits, minute(0))).rejects.toMatchObject({ kind: 'conflict' })
    expect(await db.stores.updates.record(claim!, { headOid: 'mine' }, minute(0))).toBe(true)
    expect(await db.stores.updates.read(key)).toMatchObject({ state: 'planned', pullRequest: null, headOid: 'mine' })
  })
})

describe('admitting new pull requests', () => {
  /** Claims on `count` planned updates of a repo. */
  async function planned(count: number, repoId = 1): Promise<readonly Claim[]> {
    for (let at = 0; at < count; at += 1) await db.stores.updates.plan(await deciding(db), 7, plan('a', { repoId, group: `group ${at}` }), minute(0))
    return deliveries(count)
  }

  it('takes a place once, whoever asks how often', async () => {
    const [claim] = await planned(1)
    for (const at of [0, 1])
      expect(await db.stores.updates.admit(claim!, { openPerRepo: 1, perRepoAndHour: 1, perInstallationAndHour: 1 }, minute(at))).toEqual({ kind: 'admitted' })
  })

  it('is full when as many are open as may be; a merged one makes room', async () => {
    const [first, second] = await planned(2)
    const most = { ...limits, openPerRepo: 1 }
    await db.stores.updates.admit(first!, most, minute(0))
    const full = { kind: 'full', limit: 'openPerRepo', most: 1, until: null }
    expect(await db.stores.updates.admit(second!, most, minute(0))).toEqual(full)
    await db.stores.updates.record(first!, { state: 'open', pullRequest: 1 }, minute(0))
    expect(await db.stores.updates.admit(second!, most, minute(0))).toEqual(full)
    await db.stores.updates.record(first!, { state: 'merged' }, minute(0))
    expect(await db.stores.updates.admit(second!, most, minute(0))).toEqual({ kind: 'admitted' })
  })

  it.each(['perRepoAndHour', 'perInstallationAndHour'] as const)('%s counts an hour that slides', async (limit) => {
    const [first, second, third] = [...(await planned(2)), ...(await planned(1, limit === 'perRepoAndHour' ? 1 : 2))]
    const claims = limit === 'perRepoAndHour' ? [...(await planned(3)), first, second] : [first, second, third]
    const [one, two, three] = claims.filter((claim) => claim !== undefined)
    const most = { ...limits, [limit]: 2 }
    await db.stores.updates.admit(one!, most, minute(0))
    await db.stores.updates.admit(two!, most, minute(10))
    expect(await db.stores.updates.admit(three!, most, minute(59))).toEqual({ kind: 'full', limit, most: 2, until: minute(60) })
    expect(await db.stores.updates.admit(three!, most, minute(60))).toEqual({ kind: 'admitted' })
  })

  it('a limit of none is never worth asking again', async () => {
    const [claim] = await planned(1)
    expect(await db.stores.updates.admit(claim!, { ...limits, perRepoAndHour: 0 }, minute(0))).toEqual({
      kind: 'full',
      limit: 'perRepoAndHour',
      most: 0,
      until: null,
    })
  })
})
