/** Branches, commits and pull requests on the stand-in: what one request costs, and what a crash leaves. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Repo } from '../../../../src/domain/repo/repo.ts'
import { formatBodyMarker } from '../../../../src/domain/update-marker.ts'
import type { Standing } from '../../../../src/ports/repo-changes.ts'
import { branch, dockerfile, faultOf, fingerprint, kindOf, proposal, type Stage, startStage } from './kit.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
afterEach(async () => {
  await stage.close()
})

const changes = () => stage.github.repoChanges
const wanted = (repo: Repo) => ({ repo, baseBranch: 'main', branch, paths: ['Dockerfile', 'missing.yml'] })
const standingOf = async (repo: Repo): Promise<Standing> => (await changes().lookUp(stage.installationId, [wanted(repo)]))[0]!
const words = { title: 'Update python', body: `Words.\n\n${formatBodyMarker(fingerprint)}` }
const openFor = async (repo: Repo) => {
  const { commitOid } = await changes().propose(proposal(stage, repo))
  return { commitOid, ...(await changes().open(repo, { baseBranch: 'main', branch, ...words })) }
}
const isMutation =
  (...fields: string[]) =>
  (request: { readonly rootFields: readonly string[] }) =>
    fields.every((field) => request.rootFields.includes(field))

describe('delivery', () => {
  it('20 repos cost one look-up, 40 writes and two tokens', async () => {
    const repos = Array.from({ length: 20 }, (_, index) => stage.repo(`web-${index}`))
    const standings = await changes().lookUp(stage.installationId, repos.map(wanted))
    expect(stage.standIn.countRequests()).toEqual({ rest: 0, graphql: 1, tokens: 1, contentWrites: 0 })
    expect(standings.every((one) => one?.baseOid !== null && one?.branch === null && one.pullRequest === null)).toBe(true)
    for (const repo of repos) await openFor(repo)
    expect(stage.standIn.countRequests()).toEqual({ rest: 0, graphql: 41, tokens: 2, contentWrites: 60 })
    expect(stage.budget.spent).toBe(60)
    const after = await changes().lookUp(stage.installationId, repos.map(wanted))
    expect(after.every((one) => one?.branch?.isOurs === true && one.pullRequest?.isOurs === true)).toBe(true)
    expect(stage.standIn.countRequests().graphql).toBe(42)
    stage.standIn.assertNoViolations()
  })
  it('is read back whole: branch, fingerprints, files, pull request', async () => {
    const repo = stage.repo('web')
    const { commitOid, number, url } = await openFor(repo)
    const standing = await standingOf(repo)
    expect(standing.branch).toEqual({ oid: commitOid, isOurs: true, fingerprint })
    expect(standing.pullRequest).toEqual({ number, state: 'open', headOid: commitOid, fingerprint, isOurs: true, url })
    expect(standing.files.get('Dockerfile')?.mode).toBe('100644')
    expect(standing.files.get('missing.yml')).toBeNull()
    expect(stage.standIn.files('acme/web', branch)['Dockerfile']).toContain('@sha256:aa')
  })
  it('keeps the mode of an executable, and the commit is verified as ours', async () => {
    const repo = stage.repo('web', { files: { 'build.sh': { content: 'docker pull python\n', mode: '100755' }, Dockerfile: dockerfile } })
    const files = [
      { path: 'build.sh', mode: '100755', bytes: Buffer.from('docker pull python@sha256:aa\n') },
      { path: 'Dockerfile', mode: '100644', bytes: Buffer.from([0x46, 0xff, 0x0a]) },
    ] as const
    const { commitOid } = await changes().propose(proposal(stage, repo, { files }))
    const state = stage.standIn.repo('acme/web')
    expect(state.git.files(state.git.commit(commitOid)!.tree).get('build.sh')?.mode).toBe('100755')
    expect((await standingOf(repo)).branch).toEqual({ oid: commitOid, isOurs: true, fingerprint })
    stage.standIn.push('acme/web', { files: { 'README.md': 'more' } })
    const amended = await changes().amend({ ...proposal(stage, repo, { files }), beforeOid: commitOid })
    expect((await standingOf(repo)).branch?.oid).toBe(amended.commitOid)
    expect(stage.budget.spent).toBe(stage.standIn.countRequests().contentWrites)
    stage.standIn.assertNoViolations()
  })
  it('never writes through a symbolic link', async () => {
    const repo = stage.repo('web')
    const files = [{ path: 'Dockerfile', mode: '120000', bytes: Buffer.from('/etc/passwd') }] as const
    const fault = await faultOf(changes().propose(proposal(stage, repo, { files })))
    expect(fault?.kind).toBe('invalid')
    expect(fault?.message).toContain('symbolic link')
    expect(stage.standIn.countRequests().contentWrites).toBe(0)
  })
  it('writes workflow files only with the permission for it', async () => {
    const files = [{ path: '.github/workflows/ci.yml', mode: '100644', bytes: Buffer.from('on: push\n') }] as const
    const repo = stage.repo('web')
    expect(await kindOf(changes().propose(proposal(stage, repo, { files })))).toBe('done')
    await stage.close()
    const { workflows: _workflows, ...less } = { metadata: 'read', contents: 'write', pull_requests: 'write', workflows: 'write' } as const
    stage = await startStage(less)
    const fault = await faultOf(changes().propose(proposal(stage, stage.repo('web'), { files })))
    expect(fault?.kind).toBe('unauthorized')
    expect(fault?.message).toContain('workflows: write')
  })
})

describe('look-up', () => {
  it('tells a stranger on our branch from ourselves', async () => {
    const repo = stage.repo('web')
    await openFor(repo)
    stage.standIn.commitAs('acme/web', branch, 'octocat', { Dockerfile: 'FROM scratch\n' })
    expect((await standingOf(repo)).branch).toMatchObject({ isOurs: false, fingerprint: null })
  })
  it('is not fooled by a commit that only names us', async () => {
    const repo = stage.repo('web')
    stage.standIn.commitAs('acme/web', branch, stage.botLogin, { Dockerfile: 'FROM scratch\n' })
    expect((await standingOf(repo)).branch?.isOurs).toBe(false)
  })
  it('takes an empty branch of ours for ours, also when the base has moved', async () => {
    const repo = stage.repo('web')
    stage.standIn.repo('acme/web').refs.set(`refs/heads/${branch}`, stage.standIn.branches('acme/web')['main']!)
    expect((await standingOf(repo)).branch).toMatchObject({ isOurs: true, fingerprint: null })
    stage.standIn.push('acme/web', { files: { 'README.md': 'more' } })
    expect((await standingOf(repo)).branch).toMatchObject({ isOurs: true, fingerprint: null })
  })
  it('shows the closed and the merged pull request, and before them an open one', async () => {
    const repo = stage.repo('web')
    const first = await openFor(repo)
    stage.standIn.closePullRequest('acme/web', first.number)
    expect((await standingOf(repo)).pullRequest).toMatchObject({ number: first.number, state: 'closed' })
    const second = await changes().open(repo, { baseBranch: 'main', branch, ...words })
    expect((await standingOf(repo)).pullRequest).toMatchObject({ number: second.number, state: 'open' })
    stage.standIn.merge('acme/web', second.number)
    expect((await standingOf(repo)).pullRequest).toMatchObject({ number: second.number, state: 'merged' })
  })
  it('says when a branch named underpin is in the way', async () => {
    const repo = stage.repo('web')
    stage.standIn.commitAs('acme/web', 'underpin', 'octocat', { a: 'b' })
    expect((await standingOf(repo)).isPrefixTaken).toBe(true)
    expect(await kindOf(changes().propose(proposal(stage, repo)))).toBe('conflict')
    expect(await kindOf(changes().propose(proposal(stage, repo, { branch: 'underpin-python-3-12-slim-0123abcd' })))).toBe('done')
  })
  it('gives null for a repo that is gone, in its place, and nothing for a base branch that cannot be', async () => {
    const [one, gone, other] = [stage.repo('one'), stage.repo('gone'), stage.repo('other')]
    stage.standIn.deleteRepo('acme/gone')
    const found = await changes().lookUp(stage.installationId, [wanted(one), wanted(gone), { ...wanted(other), baseBranch: 'a b' }])
    expect(found.map((standing) => standing && standing.baseOid !== null)).toEqual([true, null, false])
  })
  it('splits the batch when GitHub cannot answer it', async () => {
    const repos = Array.from({ length: 4 }, (_, index) => stage.repo(`web-${index}`))
    stage.standIn.settings.graphqlFieldBudget = 60
    const found = await changes().lookUp(stage.installationId, repos.map(wanted))
    expect(found.every((standing) => standing?.baseOid !== null)).toBe(true)
    expect(stage.standIn.countRequests().graphql).toBeGreaterThan(2)
  })
  it('finds repos under their new name', async () => {
    const repo = stage.repo('web')
    stage.standIn.rename('acme/web', 'site')
    await standingOf(repo)
    const { number } = await openFor({ ...repo, defaultBranch: 'main' })
    await changes().label(repo, number, ['dependencies'])
    expect(stage.standIn.pullRequests('acme/site')[0]?.labels).toEqual(['dependencies'])
    expect(stage.standIn.journal.requests.every(({ status }) => status < 300)).toBe(true)
  })
})

describe('a half answer', () => {
  const answer = (errors: object[]) => ({ status: 200, body: { data: { viewer: { login: stage.botLogin }, u0: bare }, errors } })
  const target = { oid: 'c', history: { nodes: [] } }
  const bare = {
    name: 'web',
    owner: { login: 'acme' },
    base: { target: { oid: 'b' } },
    branch: { target, compare: null },
    pullRequests: { totalCount: 0, nodes: [] },
  }
  it.each([
    [
      'a comparison that GitHub did not finish',
      { message: 'Something went wrong while executing your query.', path: ['u0', 'branch', 'compare'] },
      'transient',
    ],
    ['a permission we lack', { type: 'FORBIDDEN', message: 'Resource not accessible by integration', path: ['u0', 'pullRequests'] }, 'unauthorized'],
    ['a branch without a common ancestor', { type: 'UNPROCESSABLE', message: 'No common ancestor', path: ['u0', 'branch', 'compare'] }, 'done'],
  ])('is never taken for an absence: %s', async (_name, error, kind) => {
    const repo = stage.repo('web')
    stage.standIn.fail({ match: ({ operation }) => operation === 'Standings', when: 'before-apply', action: answer([error]), times: 9 })
    expect(await kindOf(standingOf(repo))).toBe(kind)
    if (kind === 'done') expect((await standingOf(repo)).branch?.isOurs).toBe(false)
  })
})

describe('conflicts', () => {
  it('a branch that a person made first is never written to', async () => {
    const repo = stage.repo('web')
    const theirs = stage.standIn.commitAs('acme/web', branch, 'octocat', { Dockerfile: 'FROM scratch\n' })
    expect(await kindOf(changes().propose(proposal(stage, repo)))).toBe('conflict')
    expect(await kindOf(changes().commit({ ...proposal(stage, repo), expectedHeadOid: proposal(stage, repo).baseOid }))).toBe('conflict')
    expect(await kindOf(changes().amend({ ...proposal(stage, repo), beforeOid: proposal(stage, repo).baseOid }))).toBe('conflict')
    expect(stage.standIn.branches('acme/web')).toEqual({ main: proposal(stage, repo).baseOid, [branch]: theirs })
  })
  it('a second pull request for the branch is refused as a conflict, also while the list lags', async () => {
    const repo = stage.repo('web')
    stage.standIn.settings.pullRequestListLag = 1
    await openFor(repo)
    expect((await standingOf(repo)).pullRequest).toBeNull()
    expect(await kindOf(changes().open(repo, { baseBranch: 'main', branch, ...words }))).toBe('conflict')
    expect((await standingOf(repo)).pullRequest?.state).toBe('open')
  })
  it('nothing between the branches is a conflict', async () => {
    const repo = stage.repo('web')
    stage.standIn.repo('acme/web').refs.set(`refs/heads/${branch}`, proposal(stage, repo).baseOid)
    expect(await kindOf(changes().open(repo, { baseBranch: 'main', branch, ...words }))).toBe('conflict')
  })
})

describe('half a document', () => {
  const half = (field: string | null, error: object) => ({
    status: 200,
    body: {
      data: { createRef: field === 'createRef' ? { ref: { name: branch } } : null, createCommitOnBranch: null },
      errors: [{ path: [field === 'createRef' ? 'createCommitOnBranch' : 'createRef'], ...error }],
    },
  })
  it.each([
    ['a branch that GitHub does not know yet', half('createRef', { type: 'NOT_FOUND', message: 'The branch was not found.' }), 'transient'],
    ['a branch that somebody moved in between', half('createRef', { type: 'STALE_DATA', message: 'Expected branch to point to "a"' }), 'conflict'],
    ['a commit that is refused', half('createRef', { type: 'UNPROCESSABLE', message: 'contents is not valid base64' }), 'invalid'],
    ['a commit that we may not make', half('createRef', { type: 'FORBIDDEN', message: 'Resource not accessible by integration' }), 'unauthorized'],
    ['a ref that is there', half(null, { type: 'UNPROCESSABLE', message: 'A ref named "x" already exists in the repository.' }), 'conflict'],
    ['no word about either', { status: 200, body: { data: { createRef: null, createCommitOnBranch: null } } }, 'transient'],
    ['no data and no error', { status: 200, body: {} }, 'transient'],
    ['an answer that is no JSON', { status: 200, body: 'oops' }, 'transient'],
  ])('%s is judged by its own field', async (_name, action, kind) => {
    const repo = stage.repo('web')
    stage.standIn.fail({ match: isMutation('createRef'), when: 'before-apply', action })
    expect(await kindOf(changes().propose(proposal(stage, repo)))).toBe(kind)
  })
  it('a limit that stops the commit pauses the installation', async () => {
    const repo = stage.repo('web')
    const action = half('createRef', { type: 'RATE_LIMITED', message: 'API rate limit exceeded' })
    stage.standIn.fail({ match: isMutation('createRef'), when: 'before-apply', action })
    expect(await kindOf(changes().propose(proposal(stage, repo)))).toBe('rate-limited')
    expect(stage.budget.pauses.get(stage.installationId)).toEqual(new Date(stage.clock.now.getTime() + 60_000))
  })
})

describe('crashes', () => {
  it.each(['before-apply', 'after-apply'] as const)('a lost answer of propose (%s) is transient, is not repeated, and the look-up tells', async (when) => {
    const repo = stage.repo('web')
    stage.standIn.fail({ match: isMutation('createRef'), when, action: { status: 502 } })
    expect(await kindOf(changes().propose(proposal(stage, repo)))).toBe('transient')
    expect(stage.standIn.journal.requests.filter(({ isMutation: writes, kind }) => writes && kind === 'graphql')).toHaveLength(1)
    const { branch: found } = await standingOf(repo)
    expect(found === null ? null : found.isOurs && found.fingerprint).toBe(when === 'before-apply' ? null : fingerprint)
  })
  it('a cut connection after open is transient and the pull request is found', async () => {
    const repo = stage.repo('web')
    await changes().propose(proposal(stage, repo))
    stage.standIn.fail({ match: isMutation('createPullRequest'), when: 'after-apply', action: 'reset' })
    expect(await kindOf(changes().open(repo, { baseBranch: 'main', branch, ...words }))).toBe('transient')
    expect((await standingOf(repo)).pullRequest).toMatchObject({ state: 'open', fingerprint, isOurs: true })
  })
  it('a branch whose commit was lost takes the commit, at the base it stands on', async () => {
    const repo = stage.repo('web')
    const plan = proposal(stage, repo)
    stage.standIn.repo('acme/web').refs.set(`refs/heads/${branch}`, plan.baseOid)
    const { commitOid } = await changes().commit({ ...plan, expectedHeadOid: plan.baseOid })
    expect((await standingOf(repo)).branch).toEqual({ oid: commitOid, isOurs: true, fingerprint })
  })
  it('proposing again what half happened adopts the branch', async () => {
    const repo = stage.repo('web')
    const plan = proposal(stage, repo)
    stage.standIn.repo('acme/web').refs.set(`refs/heads/${branch}`, plan.baseOid)
    expect(await kindOf(changes().propose(plan))).toBe('done')
  })
  it('amend moves the branch to one commit on the new base and leaves no scratch', async () => {
    const repo = stage.repo('web')
    const { commitOid, number } = await openFor(repo)
    stage.standIn.push('acme/web', { files: { 'README.md': 'more' } })
    const plan = proposal(stage, repo)
    const before = stage.standIn.countRequests().graphql
    const amended = await changes().amend({ ...plan, beforeOid: commitOid })
    expect(stage.standIn.countRequests().graphql - before).toBe(2)
    const state = stage.standIn.repo('acme/web')
    expect(state.git.commit(amended.commitOid)?.parents).toEqual([plan.baseOid])
    expect(stage.standIn.branches('acme/web')).toEqual({ main: plan.baseOid, [branch]: amended.commitOid })
    expect((await standingOf(repo)).pullRequest).toMatchObject({ number, headOid: amended.commitOid })
    expect(stage.budget.spent).toBe(stage.standIn.countRequests().contentWrites)
  })
  it.each([
    ['the scratch commit', 'createCommitOnBranch'],
    ['the move', 'updateRefs'],
  ])('amend after a crash at %s heals', async (_name, field) => {
    const repo = stage.repo('web')
    const { commitOid } = await openFor(repo)
    stage.standIn.push('acme/web', { files: { 'README.md': 'more' } })
    stage.standIn.fail({ match: isMutation(field), when: 'after-apply', action: { status: 502 } })
    expect(await kindOf(changes().amend({ ...proposal(stage, repo), beforeOid: commitOid }))).toBe('transient')
    const { branch: found } = await standingOf(repo)
    expect(found?.isOurs).toBe(true)
    if (found!.oid === commitOid) await changes().amend({ ...proposal(stage, repo), beforeOid: commitOid })
    expect(Object.keys(stage.standIn.branches('acme/web')).sort()).toEqual(['main', branch])
    expect(stage.standIn.repo('acme/web').git.commit(stage.standIn.branches('acme/web')[branch]!)?.parents).toEqual([proposal(stage, repo).baseOid])
  })
  it('amend never moves a branch that is no longer where we saw it', async () => {
    const repo = stage.repo('web')
    const { commitOid } = await openFor(repo)
    const theirs = stage.standIn.commitAs('acme/web', branch, 'octocat', { Dockerfile: 'FROM scratch\n' })
    expect(await kindOf(changes().amend({ ...proposal(stage, repo), beforeOid: commitOid }))).toBe('conflict')
    expect(stage.standIn.branches('acme/web')).toEqual({ main: proposal(stage, repo).baseOid, [branch]: theirs })
  })
})

describe('pull requests', () => {
  it('are reworded, labelled once, and commented on once per marker', async () => {
    const repo = stage.repo('web')
    const { number } = await openFor(repo)
    await changes().describe(repo, number, { title: 'New', body: 'words' })
    await changes().label(repo, number, ['dependencies', 'docker'])
    await changes().label(repo, number, [])
    await changes().comment(repo, number, 'hands-off', 'You committed here.')
    await changes().comment(repo, number, 'hands-off', 'You committed here.')
    await changes().comment(repo, number, 'other', 'Something else.')
    const [pull] = stage.standIn.pullRequests('acme/web')
    expect(pull).toMatchObject({ title: 'New', body: 'words', labels: ['dependencies', 'docker'] })
    expect(pull?.comments.map(({ body }) => body.split('\n')[0])).toEqual(['You committed here.', 'Something else.'])
    expect(stage.budget.spent).toBe(stage.standIn.countRequests().contentWrites)
    stage.standIn.assertNoViolations()
  })
  it('are shown to the people named, but for those whom GitHub refuses', async () => {
    const repo = stage.repo('web')
    const { number } = await openFor(repo)
    const { collaborators, teams } = stage.standIn.repo('acme/web')
    for (const login of ['ann', 'bob']) collaborators.add(login)
    teams.add('platform')
    expect(await changes().requestReviews(repo, number, [])).toEqual({ refused: [] })
    expect(await changes().requestReviews(repo, number, ['ann', 'acme/platform'])).toEqual({ refused: [] })
    expect(await changes().requestReviews(repo, number, ['bob', 'nobody', 'acme/gone', 'other/platform'])).toEqual({
      refused: ['other/platform', 'nobody', 'acme/gone'],
    })
    expect(await changes().requestReviews(repo, number, ['nobody'])).toEqual({ refused: ['nobody'] })
    expect(await changes().assign(repo, number, ['Ann', 'nobody'])).toEqual({ refused: ['nobody'] })
    const [pull] = stage.standIn.pullRequests('acme/web')
    expect(pull).toMatchObject({ reviewers: ['ann', 'bob'], teamReviewers: ['platform'], assignees: ['Ann'] })
    expect(stage.budget.spent).toBe(stage.standIn.countRequests().contentWrites)
    stage.standIn.assertNoViolations()
  })
  it('a marker in a stranger’s comment counts for nothing', async () => {
    const repo = stage.repo('web')
    const { number } = await openFor(repo)
    const pull = stage.standIn.pullRequests('acme/web')[0]!
    const stranger = stage.standIn.repo('acme/web').owner
    pull.comments.push({ id: 1, nodeId: 'IC_1', author: stranger, body: '<!-- underpin hands-off -->', createdAt: stage.clock.now, updatedAt: stage.clock.now })
    await changes().comment(repo, number, 'hands-off', 'You committed here.')
    expect(pull.comments).toHaveLength(2)
  })
  it('closing deletes the branch only where we left it', async () => {
    const [one, other] = [stage.repo('one'), stage.repo('other')]
    const first = await openFor(one)
    const second = await openFor(other)
    const theirs = stage.standIn.commitAs('acme/other', branch, 'octocat', { a: 'b' })
    await changes().close(one, first.number, branch, first.commitOid, 'closed by us')
    await changes().close(other, second.number, branch, second.commitOid, 'closed by us')
    expect(stage.standIn.branches('acme/one')[branch]).toBeUndefined()
    expect(stage.standIn.branches('acme/other')[branch]).toBe(theirs)
    expect(stage.standIn.pullRequests('acme/other')[0]?.state).toBe('closed')
    await changes().close(one, first.number, branch, first.commitOid, 'closed by us')
  })
})
