/** Reads: trees, blobs, pull requests that come late, budgets, and requests that GitHub does not know. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { objectId } from '../../../stand-ins/github/git-objects.ts'
import { type Bed, bed } from './bed.ts'

let t: Bed
beforeEach(async () => {
  t = await bed()
})
afterEach(async () => {
  await t.github.close()
})
const openPull = async () => {
  t.github.commitAs('acme/web', 'underpin/x', 'octocat', { a: '1' })
  await t.rest('POST', '/repos/acme/web/pulls', { title: 't', head: 'underpin/x', base: 'main' })
}

test('objects have the names that git gives them', () => {
  expect(objectId('blob', Buffer.from('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
  expect(objectId('tree', Buffer.alloc(0))).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904')
})

test('a repo is read in one query: nested entries, blobs, history', async () => {
  const { body } = await t.graphql(
    `query Read($id: ID!) { node(id: $id) { ... on Repository { nameWithOwner defaultBranchRef { name target { oid ... on Commit {
    history(first: 5) { totalCount nodes { messageHeadline } }
    tree { entries { name type mode object { ... on Tree { entries { path object { ... on Tree { entries { path } } } } } } } }
    file(path: "docs/a/b.txt") { path object { ... on Blob { text byteSize isBinary isTruncated } } } } } } policy: object(expression: "HEAD:none") { id } } } }`,
    { id: t.repo.nodeId },
  )
  expect(body.errors).toBeUndefined()
  expect(body.data).toMatchObject({
    node: {
      nameWithOwner: 'acme/web',
      policy: null,
      defaultBranchRef: {
        target: {
          oid: t.head(),
          history: { totalCount: 1, nodes: [{ messageHeadline: 'First commit' }] },
          tree: {
            entries: [
              { name: 'Dockerfile', type: 'blob', mode: 33_188 },
              { name: 'docs', type: 'tree', object: { entries: [{ path: 'docs/a', object: { entries: [{ path: 'docs/a/b.txt' }] } }] } },
            ],
          },
          file: { path: 'docs/a/b.txt', object: { text: 'deep\n', byteSize: 5, isBinary: false, isTruncated: false } },
        },
      },
    },
  })
  t.github.assertNoViolations()
})

test('long text is cut, binary text is null', async () => {
  t.github.push('acme/web', { files: { long: 'x'.repeat(600_000), binary: Uint8Array.of(1, 0, 2) } })
  const { body } = await t.graphql(
    '{ repository(owner: "acme", name: "web") { long: object(expression: "HEAD:long") { ...B } binary: object(expression: "HEAD:binary") { ...B } } } fragment B on Blob { byteSize isTruncated isBinary text }',
  )
  expect(body.data).toMatchObject({
    repository: { long: { byteSize: 600_000, isTruncated: true, text: 'x'.repeat(512_000) }, binary: { isBinary: true, text: null } },
  })
})

test('lists show a pull request late, its number shows it at once', async () => {
  t.github.settings.pullRequestListLag = 2
  await openPull()
  const list = async () => ((await t.rest('GET', '/repos/acme/web/pulls?head=acme:underpin/x&state=all')).body as unknown[]).length
  expect(await list()).toBe(0)
  expect((await t.rest('GET', '/repos/acme/web/pulls/1')).status).toBe(200)
  expect(
    (await t.graphql('{ repository(owner: "acme", name: "web") { pullRequests(first: 5, headRefName: "underpin/x") { totalCount } } }')).body.data,
  ).toMatchObject({ repository: { pullRequests: { totalCount: 0 } } })
  expect(await list()).toBe(1)
})

test('whether a pull request can be merged is not known at first', async () => {
  await openPull()
  const mergeable = async () => (await t.rest('GET', '/repos/acme/web/pulls/1')).body.mergeable
  expect([await mergeable(), await mergeable()]).toEqual([null, true])
  t.github.push('acme/web', { files: { a: 'other' } })
  expect([await mergeable(), await mergeable()]).toEqual([null, false])
  expect((await t.rest('PUT', '/repos/acme/web/pulls/1/merge', {})).status).toBe(405)
  t.github.assertNoViolations()
})

test('a merge needs the head it was asked for', async () => {
  await openPull()
  expect((await t.rest('PUT', '/repos/acme/web/pulls/1/merge', { sha: t.head() })).status).toBe(409)
  expect((await t.rest('PUT', '/repos/acme/web/pulls/1/merge', { sha: t.head('underpin/x') })).status).toBe(200)
  expect(t.github.files('acme/web').a).toBe('1')
})

test('a query above the budget is a 502, above 500,000 nodes it is refused', async () => {
  t.github.settings.graphqlFieldBudget = 4
  expect((await t.graphql('{ repository(owner: "acme", name: "web") { id name url } }')).status).toBe(200)
  expect((await t.graphql('{ repository(owner: "acme", name: "web") { id name url isFork } }')).status).toBe(502)
  const many =
    '{ repository(owner: "acme", name: "web") { pullRequests(first: 100) { nodes { commits(first: 100) { nodes { commit { history(first: 100) { nodes { oid } } } } } } } } }'
  expect((await t.graphql(many)).body.errors?.[0]?.type).toBe('MAX_NODE_LIMIT_EXCEEDED')
  expect(t.github.violations).toHaveLength(1)
})

test('what GitHub does not know is a violation', async () => {
  expect((await t.graphql('{ repository(owner: "acme", name: "web") { nope } }')).body.errors).toHaveLength(1)
  expect((await t.rest('GET', '/search/issues?q=x')).status).toBe(404)
  expect((await t.rest('POST', '/repos/acme/web/issues', { body: 'no title' })).status).toBe(422)
  expect((await t.rest('GET', '/repos/acme/web/pulls?per_page=101')).status).toBe(422)
  expect(t.github.violations).toHaveLength(4)
})

test('a renamed repo redirects', async () => {
  t.github.rename('acme/web', 'site')
  const moved = await t.rest('GET', '/repos/acme/web/pulls')
  expect([moved.status, moved.headers.get('location')]).toEqual([301, `${t.github.apiUrl}/repositories/${t.repo.id}/pulls`])
  expect((await t.rest('GET', String(moved.headers.get('location')))).status).toBe(200)
  expect((await t.graphql('{ repository(owner: "acme", name: "web") { nameWithOwner } }')).body.data).toEqual({ repository: { nameWithOwner: 'acme/site' } })
  t.github.assertNoViolations()
})

test('an archived repo cannot be written to', async () => {
  t.github.archive('acme/web')
  expect((await t.rest('POST', '/repos/acme/web/issues', { title: 't' })).status).toBe(403)
})

test('the git database keeps modes, and signs what an app commits under its own name', async () => {
  const tree = await t.rest('POST', '/repos/acme/web/git/trees', {
    base_tree: t.head(),
    tree: [{ path: 'run.sh', mode: '100755', type: 'blob', content: 'x' }],
  })
  const own = await t.rest('POST', '/repos/acme/web/git/commits', { message: 'm', tree: tree.body.sha, parents: [t.head()] })
  expect(own.body).toMatchObject({ verification: { verified: true }, author: { name: 'underpin[bot]' } })
  const posing = await t.rest('POST', '/repos/acme/web/git/commits', {
    message: 'm',
    tree: tree.body.sha,
    parents: [t.head()],
    author: { name: 'a', email: 'a@b.c' },
  })
  expect(posing.body).toMatchObject({ verification: { verified: false } })
  await t.rest('POST', '/repos/acme/web/git/refs', { ref: 'refs/heads/x', sha: own.body.sha })
  expect((await t.rest('POST', '/repos/acme/web/git/refs', { ref: 'refs/heads/x', sha: own.body.sha })).status).toBe(422)
  const read = await t.rest('GET', '/repos/acme/web/git/trees/x?recursive=1')
  expect((read.body.tree as { path: string }[]).find(({ path }) => path === 'run.sh')).toMatchObject({ mode: '100755' })
  const blob = await t.rest(
    'GET',
    `/repos/acme/web/git/blobs/${String((read.body.tree as { path: string; sha: string }[]).find(({ path }) => path === 'run.sh')?.sha)}`,
  )
  expect(Buffer.from(String(blob.body.content), 'base64').toString()).toBe('x')
  t.github.assertNoViolations()
})

test('issues are found by label and creator; labels are made as they are used', async () => {
  await t.rest('POST', '/repos/acme/web/issues', { title: 'ours', labels: ['underpin'] })
  const list = async (query: string) =>
    ((await t.rest('GET', `/repos/acme/web/issues?${query}`)).body as unknown as { title: string }[]).map(({ title }) => title)
  expect(await list('labels=underpin&creator=underpin%5Bbot%5D')).toEqual(['ours'])
  expect(await list('creator=mona')).toEqual([])
  expect((await t.rest('PATCH', '/repos/acme/web/issues/1', { state: 'closed', state_reason: 'completed' })).body).toMatchObject({
    state: 'closed',
    state_reason: 'completed',
  })
  expect(await list('')).toEqual([])
  expect((await t.rest('POST', '/repos/acme/web/labels', { name: 'underpin' })).status).toBe(422)
  await t.rest('POST', '/repos/acme/web/issues/1/comments', { body: 'hello' })
  expect((await t.rest('GET', '/repos/acme/web/issues/1/comments')).body).toMatchObject([{ body: 'hello', user: { login: 'underpin[bot]' } }])
  t.github.assertNoViolations()
})

test('the journal reads like a story and holds no secret', async () => {
  await openPull()
  const text = JSON.stringify(t.github.journal)
  expect(text).toContain('POST /repos/acme/web/pulls → 201 · 1 write')
  expect(text).not.toContain(t.token)
})

test('branches are listed, no rules are set, and a comment can be edited', async () => {
  expect((await t.rest('GET', '/repos/acme/web/branches')).body).toMatchObject([{ name: 'main', commit: { sha: t.head() } }])
  expect((await t.rest('GET', '/repos/acme/web/rules/branches/main')).body).toEqual([])
  await t.rest('POST', '/repos/acme/web/issues', { title: 't' })
  const made = await t.rest('POST', '/repos/acme/web/issues/1/comments', { body: 'a' })
  expect((await t.rest('PATCH', `/repos/acme/web/issues/comments/${String(made.body.id)}`, { body: 'b' })).body).toMatchObject({ body: 'b' })
  t.github.assertNoViolations()
})
