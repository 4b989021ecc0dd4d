/** Who may do what. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bed, bed, everything, jwt } from './bed.ts'

let t: Bed
beforeEach(async () => {
  t = await bed()
})
afterEach(async () => {
  await t.github.close()
})
const seconds = () => Math.floor(t.time.now().getTime() / 1000)
const path = () => `/app/installations/${t.installationId}/access_tokens`

test('a token lives one hour', async () => {
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(200)
  t.time.move(3599)
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(200)
  t.time.move(1)
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(401)
})

test.each([
  [
    'signed by another key',
    () => jwt(t.app.appId, t.github.createApp({ slug: 'other', permissions: {}, events: [] }).privateKey, seconds()),
    401,
    'could not be decoded',
  ],
  ['issued in the future', () => jwt(t.app.appId, t.app.privateKey, seconds(), 540, -5), 401, "'Issued at' claim"],
  ['past its end', () => jwt(t.app.appId, t.app.privateKey, seconds(), 0), 401, "'Expiration time' claim"],
  ['valid for more than ten minutes', () => jwt(t.app.appId, t.app.privateKey, seconds(), 601), 401, 'too far in the future'],
  ['of an unknown app', () => jwt(1, t.app.privateKey, seconds()), 404, 'Integration not found'],
])('an app JWT %s is refused', async (_name, token, status, message) => {
  const answer = await t.ask(token(), 'GET', '/app')
  expect([answer.status, String((answer.body as { message?: string }).message)]).toEqual([status, expect.stringContaining(message)])
})

test('a token can be narrowed to repos and permissions, and never widened', async () => {
  const other = t.github.createRepo('acme/api', { files: { a: '1' } })
  t.github.addRepos(t.installationId, ['acme/api'])
  const narrow = await t.tokenFor({ repository_ids: [other.id], permissions: { contents: 'read' } })
  expect((await t.ask(narrow, 'GET', '/repos/acme/web')).status).toBe(404)
  expect((await t.ask(narrow, 'GET', '/repos/acme/api/git/ref/heads/main')).status).toBe(200)
  const refused = await t.ask(narrow, 'POST', '/repos/acme/api/issues', { title: 't' })
  expect([refused.status, (refused.body as { message?: string }).message]).toEqual([403, 'Resource not accessible by integration'])
  expect((await t.ask(t.appToken(), 'POST', path(), { permissions: { administration: 'write' } })).status).toBe(422)
  expect((await t.ask(t.appToken(), 'POST', path(), { repository_ids: [99] })).status).toBe(422)
  expect((await t.ask(t.appToken(), 'POST', path(), { repository_ids: Array.from({ length: 501 }, () => other.id) })).status).toBe(422)
  t.github.assertNoViolations()
})

test('repos of other installations are not found', async () => {
  t.github.createRepo('other/secret', { files: { a: '1' } })
  expect((await t.rest('GET', '/repos/other/secret')).status).toBe(404)
  const { body } = await t.graphql('{ repository(owner: "other", name: "secret") { id } }')
  expect(body.errors?.[0]?.type).toBe('NOT_FOUND')
})

test('workflow files need the permission for them, on either way to write', async () => {
  const { workflows: _left, ...rest } = everything
  const token = await t.tokenFor({ permissions: rest })
  const commit = {
    branch: { repositoryNameWithOwner: 'acme/web', branchName: 'main' },
    expectedHeadOid: t.head(),
    message: { headline: 'x' },
    fileChanges: { additions: [{ path: '.github/workflows/a.yml', contents: 'YQ==' }] },
  }
  const { body } = await t.graphql('mutation C($c: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $c) { commit { oid } } }', { c: commit }, token)
  expect(body.errors?.[0]?.message).toContain('without `workflows` permission')
  const tree = await t.ask(token, 'POST', '/repos/acme/web/git/trees', {
    base_tree: t.head(),
    tree: [{ path: '.github/workflows/a.yml', mode: '100644', type: 'blob', content: 'a' }],
  })
  const made = await t.ask(token, 'POST', '/repos/acme/web/git/commits', { message: 'm', tree: tree.body.sha, parents: [t.head()] })
  expect((await t.ask(token, 'PATCH', '/repos/acme/web/git/refs/heads/main', { sha: made.body.sha })).status).toBe(403)
  expect((await t.rest('PATCH', '/repos/acme/web/git/refs/heads/main', { sha: made.body.sha })).status).toBe(200)
  t.github.assertNoViolations()
})

test('tokens die with the installation, and sleep while it is suspended', async () => {
  t.github.suspend(t.installationId)
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(403)
  t.github.suspend(t.installationId, false)
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(200)
  t.github.uninstall(t.installationId)
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(401)
  expect((await t.ask(t.appToken(), 'POST', path())).status).toBe(404)
})

test('an installation shows its repos page by page', async () => {
  for (const name of ['b', 'c', 'd']) t.github.createRepo(`acme/${name}`, { files: { a: name } })
  t.github.addRepos(t.installationId, ['acme/b', 'acme/c', 'acme/d'])
  const first = await t.rest('GET', '/installation/repositories?per_page=3')
  expect(first.body).toMatchObject({ total_count: 4, repositories: [{ name: 'web' }, { name: 'b' }, { name: 'c' }] })
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers.get('link')))?.[1]
  expect((await t.rest('GET', String(next))).body).toMatchObject({ repositories: [{ name: 'd' }] })
  t.github.assertNoViolations()
})
