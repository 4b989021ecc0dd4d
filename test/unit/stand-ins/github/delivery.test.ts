/** The two requests that deliver an update, and how they fail. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bed, bed } from './bed.ts'

let t: Bed
beforeEach(async () => {
  t = await bed()
})
afterEach(async () => {
  await t.github.close()
})

const propose = `mutation Propose($repo: ID!, $ref: String!, $base: GitObjectID!, $commit: CreateCommitOnBranchInput!) {
  createRef(input: { repositoryId: $repo, name: $ref, oid: $base }) { ref { id name target { oid } } }
  createCommitOnBranch(input: $commit) { commit { oid signature { isValid wasSignedByGitHub } author { email user { login databaseId } } } }
}`
const commit = (expectedHeadOid: string, branch = 'underpin/x') => ({
  branch: { repositoryNameWithOwner: 'acme/web', branchName: branch },
  expectedHeadOid,
  message: { headline: 'Move debian', body: 'why' },
  fileChanges: { additions: [{ path: 'Dockerfile', contents: Buffer.from('FROM debian:13\n').toString('base64') }] },
})
const open = `mutation Open($repo: ID!) { createPullRequest(input: { repositoryId: $repo, baseRefName: "main", headRefName: "underpin/x", title: "t", body: "b" }) { pullRequest { number url mergeable author { login ... on Bot { databaseId } } } } }`

test('a proposal makes the branch and a verified commit by the app, and then a pull request', async () => {
  const base = t.head()
  const made = await t.graphql(propose, { repo: t.repo.nodeId, ref: 'refs/heads/underpin/x', base, commit: commit(base) })
  expect(made.body.errors).toBeUndefined()
  expect(made.body.data).toMatchObject({
    createCommitOnBranch: {
      commit: { signature: { isValid: true, wasSignedByGitHub: true }, author: { user: { login: 'underpin[bot]', databaseId: t.app.botId } } },
    },
  })
  expect(t.github.files('acme/web', 'underpin/x').Dockerfile).toBe('FROM debian:13\n')
  expect(t.github.files('acme/web').Dockerfile).toBe('FROM debian:12\n')
  const opened = await t.graphql(open, { repo: t.repo.nodeId })
  expect(opened.body.data).toMatchObject({
    createPullRequest: { pullRequest: { number: 1, mergeable: 'UNKNOWN', author: { login: 'underpin', databaseId: t.app.botId } } },
  })
  const again = await t.graphql(open, { repo: t.repo.nodeId })
  expect(again.body.errors?.[0]?.message).toBe('A pull request already exists for acme:underpin/x.')
  t.github.assertNoViolations()
  expect(t.github.countRequests()).toEqual({ rest: 0, graphql: 3, tokens: 1, contentWrites: 4 })
})

test('a later mutation runs although an earlier one failed', async () => {
  const base = t.head()
  t.github.commitAs('acme/web', 'underpin/x', 'stranger', { Dockerfile: 'theirs\n' })
  const made = await t.graphql(propose, { repo: t.repo.nodeId, ref: 'refs/heads/underpin/x', base, commit: commit(base) })
  expect(made.body.errors?.map((error) => [error.type, error.message])).toEqual([
    ['UNPROCESSABLE', 'A ref named "refs/heads/underpin/x" already exists in the repository.'],
    ['STALE_DATA', `Expected branch to point to "${base}" but it points to "${t.head('underpin/x')}". Pull and try again.`],
  ])
  expect((await t.graphql(open, { repo: t.repo.nodeId })).body.data).toMatchObject({ createPullRequest: { pullRequest: { number: 1 } } })
})

test('a commit on a branch that is not there fails', async () => {
  const made = await t.graphql('mutation C($commit: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $commit) { commit { oid } } }', {
    commit: commit(t.head(), 'gone'),
  })
  expect(made.body.errors?.[0]).toMatchObject({ type: 'NOT_FOUND', message: 'The branch "gone" was not found.' })
})

test('a pull request without commits is refused', async () => {
  await t.rest('POST', '/repos/acme/web/git/refs', { ref: 'refs/heads/underpin/x', sha: t.head() })
  expect((await t.graphql(open, { repo: t.repo.nodeId })).body.errors?.[0]?.message).toBe('No commits between main and underpin/x')
})

test('file modes are lost by createCommitOnBranch', async () => {
  t.github.push('acme/web', { files: { 'run.sh': { content: 'a\n', mode: '100755' } } })
  const input = { ...commit(t.head(), 'main'), fileChanges: { additions: [{ path: 'run.sh', contents: Buffer.from('b\n').toString('base64') }] } }
  await t.graphql('mutation C($commit: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $commit) { commit { oid } } }', { commit: input })
  const tree = await t.rest('GET', '/repos/acme/web/git/trees/main?recursive=1')
  expect((tree.body.tree as { path: string; mode: string }[]).find((entry) => entry.path === 'run.sh')?.mode).toBe('100644')
})

test('updateRefs moves a branch only from where it was, all or none', async () => {
  const base = t.head()
  const one = t.github.commitAs('acme/web', 'underpin/x', 'octocat', { a: '1' })
  const two = t.github.commitAs('acme/web', 'scratch', 'octocat', { a: '2' })
  const move = (beforeOid: string) => ({
    repositoryId: t.repo.nodeId,
    refUpdates: [
      { name: 'refs/heads/underpin/x', beforeOid, afterOid: two, force: true },
      { name: 'refs/heads/scratch', afterOid: '0'.repeat(40), beforeOid: two },
    ],
  })
  const document = 'mutation M($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }'
  expect((await t.graphql(document, { input: move(base) })).body.errors).toHaveLength(1)
  expect(t.github.branches('acme/web')).toEqual({ main: base, 'underpin/x': one, scratch: two })
  expect((await t.graphql(document, { input: move(one) })).body.errors).toBeUndefined()
  expect(t.github.branches('acme/web')).toEqual({ main: base, 'underpin/x': two })
})

test('branches cannot lie below a branch', async () => {
  t.github.commitAs('acme/web', 'underpin', 'octocat', { a: '1' })
  const answer = await t.rest('POST', '/repos/acme/web/git/refs', { ref: 'refs/heads/underpin/x', sha: t.head() })
  expect(answer.status).toBe(422)
  t.github.assertNoViolations()
})
