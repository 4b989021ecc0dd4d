/** The contract of repos, discoveries and decisions. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Decision } from '../../../src/domain/decision.ts'
import { decideWork, discoverWork, work } from '../../../src/domain/due-work.ts'
import type { StoredDecision } from '../../../src/ports/decision-store.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { deciding, digest, discovery, imageUse, minute, nasty, plan, rebuild, repo } from './fixtures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(async () => {
  for (const id of await db.stores.repos.installationIds()) await db.stores.repos.forget(id, 'all')
})

const options = { asOf: minute(0), leaseMs: 60_000, limit: 10 }
/** A claim on a look into repo 1. */
async function looking(repoId = 1) {
  await db.stores.dueWork.schedule([{ ...discoverWork(repoId, 7, minute(0)), group: String(repoId) }])
  return (await db.stores.dueWork.claim('discover', String(repoId), options))[0]!
}
const endLeases = () => db.pool.query("update underpin.due_work set lease_until = now() - interval '1 second'")

describe('repos', () => {
  it('are saved and found by id, by name in any case, and by installation', async () => {
    const { repos } = db.stores
    await repos.save([repo(), repo({ id: 2, pushedAt: null })])
    expect(await repos.read(1)).toEqual(repo())
    expect(await repos.find('ACME', 'Repo-2')).toEqual(repo({ id: 2, pushedAt: null }))
    expect(await repos.ofInstallation(7)).toHaveLength(2)
    expect(await repos.installationIds()).toEqual([7])
    expect(await repos.read(99)).toBeNull()
    expect(await repos.find('acme', 'none')).toBeNull()
  })

  it('follow their id through renames and transfers, and a name goes to whoever was saved with it last', async () => {
    const { repos } = db.stores
    await repos.save([repo(), repo({ id: 2 })])
    await repos.save([repo({ name: 'repo-2', installationId: 8 })])
    expect(await repos.find('acme', 'repo-2')).toMatchObject({ id: 1, installationId: 8 })
    expect(await repos.ofInstallation(7)).toEqual([repo({ id: 2 })])
  })

  it('that are transferred take their work along, and leave behind what was decided and planned with the credentials of before', async () => {
    const { repos, updates, rebuilds, decisions, dueWork } = db.stores
    await repos.save([repo(), repo({ id: 2 })])
    for (const id of [1, 2]) {
      await repos.saveDiscovery(await looking(id), id, discovery([imageUse('alpine')]))
      await updates.plan(await deciding(db, id), 7, plan('a', { repoId: id }), minute(0))
      await rebuilds.ask(await deciding(db, id), rebuild(`rebuild ${id}`, { repoId: id }))
    }
    await endLeases()
    await dueWork.schedule([decideWork(1, 7, minute(0))])
    const [held] = await dueWork.claim('decide', '7', options)
    const kept: StoredDecision = {
      subject: { kind: 'build', workflow: null },
      decision: { kind: 'skip', to: null, until: null, reasons: [] },
      decidedAt: minute(0),
    }
    await decisions.replace(held!, 1, [kept])
    await repos.save([repo({ installationId: 8 }), repo({ id: 2 })])

    expect(await decisions.ofRepo(1)).toEqual([])
    expect(await decisions.replace(held!, 1, [kept])).toBe(false)
    expect(await updates.ofRepo(1)).toMatchObject([{ installationId: 8, state: 'obsolete' }])
    expect(await rebuilds.read('rebuild 1')).toMatchObject({ installationId: 8 })
    expect(await repos.discovery(1)).not.toBeNull()
    expect((await dueWork.claim('deliver', '8', options)).map(({ key }) => key)).toEqual(['1 main docker.io/library/alpine:3.20'])
    expect((await dueWork.claim('decide', '8', options)).map(({ key }) => key)).toEqual(['1'])
    expect(await updates.ofRepo(2)).toMatchObject([{ installationId: 7, state: 'planned' }])
  })

  it('ids may be larger than 32 bits, and names hold what nobody expects', async () => {
    const odd = repo({ id: 5_000_000_000, defaultBranch: nasty })
    await db.stores.repos.save([odd])
    expect(await db.stores.repos.read(odd.id)).toEqual({ ...odd, defaultBranch: nasty.replace('\0', '\uFFFD').replace('\uD800', '\uFFFD') })
  })

  it('forgetting one takes along everything that hangs on it, and leaves the others', async () => {
    const { repos, updates, rebuilds, dueWork, decisions } = db.stores
    await repos.save([repo(), repo({ id: 2 })])
    for (const id of [1, 2]) {
      await repos.saveDiscovery(await looking(id), id, discovery([imageUse('alpine')]))
      await updates.plan(await deciding(db, id), 7, plan('a', { repoId: id }), minute(0))
      await rebuilds.ask(await deciding(db, id), rebuild(`rebuild ${id}`, { repoId: id }))
      await dueWork.schedule([work('decide', id, minute(0))])
    }
    await repos.forget(7, [1, 99])
    expect(await repos.read(1)).toBeNull()
    expect(await repos.discovery(1)).toBeNull()
    expect(await updates.ofRepo(1)).toEqual([])
    expect(await rebuilds.read('rebuild 1')).toBeNull()
    expect(await decisions.ofRepo(1)).toEqual([])
    expect(await repos.discovery(2)).not.toBeNull()
    expect(await updates.ofRepo(2)).toHaveLength(1)
    const { rows } = await db.pool.query<{ key: string }>('select key from underpin.due_work order by key')
    expect(rows.map(({ key }) => key)).toEqual(['2', '2', '2 main docker.io/library/alpine:3.20', 'rebuild 2'])
  })

  it('an installation forgets only what is still its own', async () => {
    const { repos } = db.stores
    await repos.save([repo(), repo({ id: 2 })])
    await repos.save([repo({ installationId: 8 })])
    await repos.forget(7, 'all')
    expect(await repos.installationIds()).toEqual([8])
    expect(await repos.read(1)).not.toBeNull()
    expect(await repos.read(2)).toBeNull()
  })
})

describe('discoveries', () => {
  it('come back exactly, and replace the last one', async () => {
    const { repos } = db.stores
    await repos.save([repo()])
    const claim = await looking()
    expect(await repos.discovery(1)).toBeNull()
    await repos.saveDiscovery(claim, 1, discovery([imageUse('alpine'), imageUse('debian')], { policyProblem: 'broken' }))
    const found = discovery([imageUse('alpine:3.20', { text: nasty })])
    expect(await repos.saveDiscovery(claim, 1, found)).toBe(true)
    expect(await repos.discovery(1)).toEqual(found)
  })

  it('come back branch by branch', async () => {
    const { repos } = db.stores
    await repos.save([repo()])
    const [main] = discovery([imageUse('alpine:3.20')]).branches
    const older = { ...main, branch: 'release-1', commitOid: 'f'.repeat(40), uses: [imageUse('alpine:3.19'), imageUse('debian')] }
    const found = discovery([], { branches: [older, main] })
    expect(await repos.saveDiscovery(await looking(1), 1, found)).toBe(true)
    expect(await repos.discovery(1)).toEqual(found)
    expect((await repos.reposUsing('docker.io/library/alpine', '3.19')).map(({ repoId }) => repoId)).toEqual([1])
  })

  it('tell without their files whether another one is due', async () => {
    const { repos } = db.stores
    await repos.save([repo(), repo({ id: 2 }), repo({ id: 3, installationId: 8 })])
    const found = discovery([imageUse('alpine')], { absentBranches: ['relase'], extended: { repoId: null, blobOid: '' } })
    await repos.saveDiscovery(await looking(2), 2, { ...found, policy: { ...found.policy, baseBranches: ['next', 'relase'] } })
    await repos.saveDiscovery(await looking(3), 3, found)
    const { policyCommitOid, absentBranches, extended, reader } = found
    const branches = [{ branch: 'main', commitOid: 'c'.repeat(40) }]
    expect(await repos.looks(7)).toEqual([{ repoId: 2, branches, policyCommitOid, absentBranches, extended, reader, baseBranches: ['next', 'relase'] }])
    expect(await repos.look(3)).toMatchObject({ repoId: 3, baseBranches: [] })
    expect(await repos.look(1)).toBeNull()
  })

  it("a zombie's look is not stored", async () => {
    const { repos } = db.stores
    await repos.save([repo()])
    const zombie = await looking()
    await endLeases()
    const claim = await looking()
    expect(await repos.saveDiscovery(zombie, 1, discovery([imageUse('old')]))).toBe(false)
    expect(await repos.discovery(1)).toBeNull()
    expect(await repos.saveDiscovery(claim, 1, discovery([imageUse('new')]))).toBe(true)
  })

  it('a look into a repo that was forgotten meanwhile is not stored', async () => {
    const { repos } = db.stores
    await repos.save([repo()])
    const claim = await looking()
    await repos.forget(7, [1])
    expect(await repos.saveDiscovery(claim, 1, discovery([]))).toBe(false)
    await repos.save([repo()])
    await looking()
    expect(await repos.saveDiscovery(claim, 1, discovery([]))).toBe(false)
  })

  it('repos are found by the tags they follow, with their pins', async () => {
    const { repos } = db.stores
    await repos.save([repo(), repo({ id: 2, installationId: 8 }), repo({ id: 3 })])
    const [a, b] = [digest('a'), digest('b')]
    const skip = { code: 'maybe-a-stage', message: '' } as const
    await repos.saveDiscovery(
      await looking(1),
      1,
      discovery([imageUse(`alpine:3@${b}`), imageUse(`alpine:3@${a}`), imageUse(`docker.io/alpine:3@${a}`), imageUse('alpine')]),
    )
    await repos.saveDiscovery(await looking(2), 2, discovery([imageUse('library/alpine:3')]))
    await repos.saveDiscovery(await looking(3), 3, discovery([imageUse('alpine:3', { skip }), imageUse(`alpine@${a}`), imageUse('alpine:3.1')]))
    expect(await repos.reposUsing('docker.io/library/alpine', '3')).toEqual([
      { repoId: 1, installationId: 7, pins: [a, b], floats: false },
      { repoId: 2, installationId: 8, pins: [], floats: true },
    ])
    expect(await repos.reposUsing('docker.io/library/alpine', 'latest')).toEqual([{ repoId: 1, installationId: 7, pins: [], floats: true }])
    expect(await repos.reposUsing('docker.io/library/none', 'latest')).toEqual([])
  })
})

describe('decisions', () => {
  const hold: Decision = {
    kind: 'hold',
    to: null,
    until: minute(30),
    reasons: [{ rule: 'age', verdict: 'hold', text: nasty, values: { days: 3, of: [nasty] } }],
  }
  const at = (offset: number, decision: Decision, decidedAt: Date): StoredDecision => ({
    subject: { kind: 'image-use', branch: 'main', file: 'Dockerfile', offset },
    decision,
    decidedAt,
  })

  it('keep their time while their content is the same', async () => {
    const { repos, decisions } = db.stores
    await repos.save([repo()])
    const claim = await looking()
    await decisions.replace(claim, 1, [at(5, hold, minute(0)), at(9, hold, minute(0))])
    const build: StoredDecision = { subject: { kind: 'build', workflow: null }, decision: { ...hold, kind: 'current', until: null }, decidedAt: minute(1) }
    expect(await decisions.replace(claim, 1, [build, at(9, { ...hold, until: minute(31) }, minute(1)), at(5, hold, minute(1))])).toBe(true)
    expect(await decisions.ofRepo(1)).toEqual([build, at(9, { ...hold, until: minute(31) }, minute(1)), at(5, hold, minute(0))])
  })

  it("a zombie's are not stored", async () => {
    const { repos, decisions } = db.stores
    await repos.save([repo()])
    const zombie = await looking()
    await endLeases()
    await looking()
    expect(await decisions.replace(zombie, 1, [at(5, hold, minute(0))])).toBe(false)
    expect(await decisions.ofRepo(1)).toEqual([])
  })
})
