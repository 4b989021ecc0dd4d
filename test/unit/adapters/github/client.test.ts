/** Tokens, limits and secrets: what holds for every request. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SeenRequest } from '../../../stand-ins/github/index.ts'
import { faultOf, kindOf, proposal, type Stage, startStage } from './kit.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
afterEach(async () => {
  await stage.close()
})

const minutes = (count: number) => new Date(stage.clock.now.getTime() + count * 60_000)
const headsOf = async (github = stage.github) =>
  await github.repoFiles.heads(stage.installationId, [{ repo: stage.repo(`r${Math.random().toString(36).slice(2)}`), branch: null }])
const requests = () => stage.standIn.journal.requests.length
const isToken = (request: SeenRequest) => request.operation === 'apps/create-installation-access-token'

describe('tokens', () => {
  it('for reading are asked for once, read only, and again five minutes before they end', async () => {
    const asked: unknown[] = []
    stage.standIn.onRequest((request, moment) => {
      if (isToken(request) && moment === 'before-apply') asked.push(request.body)
    })
    await Promise.all([headsOf(), headsOf(), headsOf()])
    stage.clock.now = minutes(54)
    await headsOf()
    expect(asked).toEqual([{ permissions: { metadata: 'read', contents: 'read', pull_requests: 'read', issues: 'read', actions: 'read' } }])
    stage.clock.now = minutes(2)
    await headsOf()
    expect(asked).toHaveLength(2)
  })
  it('for writing cover the batch that was looked up and no other repo', async () => {
    const asked: { repository_ids?: number[]; permissions?: unknown }[] = []
    stage.standIn.onRequest((request, moment) => {
      if (isToken(request) && moment === 'before-apply') asked.push(request.body as (typeof asked)[number])
    })
    const [one, two, outside] = [stage.repo('one'), stage.repo('two'), stage.repo('outside')]
    await stage.github.repoChanges.lookUp(
      stage.installationId,
      [one, two].map((repo) => ({ repo, baseBranch: 'main', branch: 'underpin/a-01234567', paths: [] })),
    )
    for (const repo of [two, one, outside]) await stage.github.repoChanges.propose(proposal(stage, repo))
    const permissions = { contents: 'write', pull_requests: 'write' }
    expect(asked.slice(1)).toEqual([
      { permissions, repository_ids: [one.id, two.id] },
      { permissions, repository_ids: [outside.id] },
    ])
  })
  it('survive one repo of the batch leaving the installation', async () => {
    const [one, two] = [stage.repo('one'), stage.repo('two')]
    await stage.github.repoChanges.lookUp(
      stage.installationId,
      [one, two].map((repo) => ({ repo, baseBranch: 'main', branch: 'underpin/a-01234567', paths: [] })),
    )
    stage.standIn.removeRepos(stage.installationId, ['acme/two'])
    expect(await kindOf(stage.github.repoChanges.propose(proposal(stage, one)))).toBe('done')
  })
  it('that GitHub no longer takes are replaced: a read goes on, a write is left to the caller', async () => {
    const repo = stage.repo('web')
    await headsOf()
    await stage.github.repoChanges.propose(proposal(stage, repo))
    stage.standIn.revokeTokens(stage.installationId)
    expect(await kindOf(headsOf())).toBe('done')
    const more = proposal(stage, repo, { branch: 'underpin/b-01234567' })
    expect(await kindOf(stage.github.repoChanges.propose(more))).toBe('transient')
    expect(stage.standIn.branches('acme/web')[more.branch]).toBeUndefined()
    expect(await kindOf(stage.github.repoChanges.propose(more))).toBe('done')
  })
  it.each([-20, -2, 2, 20])('are had although our clock is %i minutes off', async (off) => {
    const github = stage.again(() => minutes(off))
    expect(await github.installations.list()).toHaveLength(1)
    expect(await kindOf(headsOf(github))).toBe('done')
    expect(await kindOf(headsOf(stage.again(() => minutes(off))))).toBe('done')
  })
  it('for reading ask for less where an account granted less', async () => {
    await stage.close()
    stage = await startStage({ metadata: 'read', contents: 'write', pull_requests: 'write' })
    expect(await kindOf(headsOf())).toBe('done')
    const fault = await faultOf(stage.github.repoIssues.say(stage.repo('web'), 'policy', { title: 'a', body: 'b' }))
    expect(fault?.kind).toBe('unauthorized')
    expect(fault?.message).toContain('issues')
  })
})

describe('limits', () => {
  it('a budget that is spent sends nothing', async () => {
    const repo = stage.repo('web')
    await headsOf()
    stage.budget.refuseUntil = minutes(3)
    const before = stage.standIn.countRequests()
    const fault = await faultOf(stage.github.repoChanges.propose(proposal(stage, repo)))
    expect([fault?.kind, fault?.retryAfterMs]).toEqual(['rate-limited', 180_000])
    expect(stage.standIn.countRequests()).toMatchObject({ graphql: before.graphql, rest: before.rest })
    expect(stage.budget.pauses.size).toBe(0)
    expect(await kindOf(headsOf())).toBe('done')
  })
  it.each([
    ['403 with retry-after', { status: 403, headers: { 'retry-after': '90' }, body: { message: 'You have exceeded a secondary rate limit.' } }, 90_000],
    ['429 with retry-after', { status: 429, headers: { 'retry-after': '7' }, body: { message: 'slow' } }, 7_000],
    ['403 without', { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } }, 60_000],
    ['GraphQL RATE_LIMITED', { status: 200, body: { data: null, errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] } }, 60_000],
  ])('%s pauses reads and writes of the installation to the second', async (_name, action, waitMs) => {
    const repo = stage.repo('web')
    const plan = proposal(stage, repo)
    stage.standIn.fail({ match: ({ isMutation, path }) => isMutation && path === '/graphql', when: 'before-apply', action })
    const fault = await faultOf(stage.github.repoChanges.propose(plan))
    expect([fault?.kind, fault?.retryAfterMs]).toEqual(['rate-limited', waitMs])
    const before = requests()
    expect(await kindOf(stage.github.repoChanges.propose(plan))).toBe('rate-limited')
    expect(await kindOf(stage.github.repoFiles.heads(stage.installationId, [{ repo, branch: null }]))).toBe('rate-limited')
    expect(requests()).toBe(before)
    stage.clock.now = new Date(stage.clock.now.getTime() + waitMs)
    expect(await kindOf(stage.github.repoChanges.propose(plan))).toBe('done')
    stage.standIn.assertNoViolations()
  })
  it('writes of one installation go one after the other', async () => {
    let running = 0
    let most = 0
    stage.standIn.onRequest((request, moment) => {
      if (!request.isMutation || isToken(request)) return
      running += moment === 'before-apply' ? 1 : -1
      most = Math.max(most, running)
    })
    const repos = Array.from({ length: 5 }, (_, index) => stage.repo(`web-${index}`))
    await Promise.all(repos.map((repo) => stage.github.repoChanges.propose(proposal(stage, repo))))
    expect(most).toBe(1)
  })
  it('a failed write does not hold up the next', async () => {
    const [one, two] = [stage.repo('one'), stage.repo('two')]
    stage.standIn.fail({ match: ({ rootFields }) => rootFields.includes('createRef'), when: 'before-apply', action: { status: 500 } })
    const both = [one, two].map((repo) => kindOf(stage.github.repoChanges.propose(proposal(stage, repo))))
    expect((await Promise.all(both)).sort()).toEqual(['done', 'transient'])
  })
})

describe('secrets', () => {
  it('never stand in a fault, whatever GitHub answers', async () => {
    const secrets: string[] = []
    stage.standIn.onRequest(({ headers }) => {
      secrets.push(String(headers['authorization']).replace(/^bearer /, ''))
    })
    const repo = stage.repo('web')
    const faults = []
    for (const status of [400, 401, 403, 404, 409, 422, 429, 500, 503]) {
      stage.standIn.fail({ match: ({ isMutation, path }) => isMutation && path === '/graphql', when: 'before-apply', action: { status } })
      faults.push(await faultOf(stage.github.repoChanges.propose(proposal(stage, repo))))
      stage.clock.now = minutes(5)
    }
    const seen = faults.map((fault) => `${fault?.message} ${fault?.stack} ${JSON.stringify(fault)} ${String(fault?.cause)}`).join('\n')
    expect(faults.every((fault) => fault !== null)).toBe(true)
    for (const secret of secrets) expect(seen).not.toContain(secret)
    expect(seen).not.toContain('PRIVATE KEY')
  })
})
