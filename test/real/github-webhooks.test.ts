/** The stand-in GitHub against GitHub's own webhook schemas, and its objects against git. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Ajv } from 'ajv'
import addFormatsModule from 'ajv-formats'
import { expect, test } from 'vitest'
import { startGitHub } from '../stand-ins/github/index.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data')
const build = 'name: Build\non: [workflow_dispatch]\n'

test('every webhook has the shape that GitHub gives it', async () => {
  const schema = JSON.parse(readFileSync(path.join(samples, 'github-webhooks-schema.json'), 'utf8')) as { 'x-webhooks': Record<string, unknown> }
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false })
  ;(addFormatsModule as unknown as (ajv: Ajv) => void)(ajv)
  ajv.addFormat('repo.nwo', true)
  ajv.addSchema(schema, 'webhooks')
  const github = await startGitHub()
  const app = github.createApp({
    slug: 'underpin',
    permissions: { contents: 'write', pull_requests: 'write', issues: 'write', actions: 'write' },
    events: ['push', 'pull_request', 'issues', 'issue_comment', 'workflow_run', 'repository'],
    webhookUrl: 'http://127.0.0.1:1/',
  })
  github.createRepo('acme/web', { files: { '.github/workflows/b.yml': build, a: '1' } })
  const id = github.install(app.appId, 'acme', ['web'])
  github.setWebhook('http://127.0.0.1:1/')
  github.commitAs('acme/web', 'x', 'mona', { a: '2' })
  const token = github.tokenFor(id)
  const post = (route: string, body: unknown, method: 'POST' | 'PATCH' = 'POST') =>
    fetch(github.apiUrl + route, { method, headers: { authorization: `bearer ${token}` }, body: JSON.stringify(body) })
  await post('/repos/acme/web/pulls', { title: 't', head: 'x', base: 'main' })
  await post('/repos/acme/web/pulls/1', { title: 'new' }, 'PATCH')
  await post('/repos/acme/web/issues', { title: 't', body: 'b' })
  await post('/repos/acme/web/issues/2', { body: 'c', state: 'closed' }, 'PATCH')
  await post('/repos/acme/web/issues/2/comments', { body: 'b' })
  await post('/repos/acme/web/actions/workflows/b.yml/dispatches', { ref: 'main' })
  for (const run of github.runs('acme/web')) github.completeRun(run.id, 'success')
  github.commitAs('acme/web', 'x', 'mona', { a: '3' })
  github.merge('acme/web', 1)
  github.suspend(id)
  github.suspend(id, false)
  github.createRepo('acme/api', { files: { a: '1' } })
  github.addRepos(id, ['acme/api'])
  github.rename('acme/api', 'backend')
  github.archive('acme/backend')
  github.archive('acme/backend', false)
  github.removeRepos(id, ['acme/backend'])
  github.deleteRepo('acme/web')
  github.uninstall(id)
  await github.settled()
  const wrong = github.webhooks.deliveries.map((delivery) => {
    const name = [delivery.event, delivery.action]
      .filter((part) => part !== null)
      .join('-')
      .replaceAll('_', '-')
    if (schema['x-webhooks'][name] === undefined) return `${name}: GitHub has no such webhook`
    const valid = ajv.getSchema(`webhooks#/x-webhooks/${name}/post/requestBody/content/application~1json/schema`)
    if (valid === undefined) return `${name}: no schema`
    return valid(JSON.parse(delivery.body)) ? null : `${name}: ${ajv.errorsText(valid.errors?.slice(0, 12), { dataVar: '' })}`
  })
  expect(wrong.filter((one) => one !== null)).toEqual([])
  expect(new Set(github.webhooks.deliveries.map(({ event, action }) => `${event} ${String(action)}`)).size).toBeGreaterThan(20)
  github.assertNoViolations()
  await github.close()
})

test('git gives objects the same names', async () => {
  const github = await startGitHub()
  const content = { content: 'target', mode: '120000' }
  github.createRepo('acme/web', {
    files: { 'a.txt': '1\n', 'a/b': 'x', 'run.sh': { content: 'y', mode: '100755' }, link: content, ünï: Uint8Array.of(0, 255) },
  })
  github.push('acme/web', { files: { 'a/c': 'z' }, message: 'Second\n\nwith a body' })
  github.commitAs('acme/web', 'x', 'mona', { 'a.txt': '2\n' })
  const { git, refs } = github.repo('acme/web')
  const folder = mkdtempSync(path.join(tmpdir(), 'stand-in-git-'))
  execFileSync('git', ['init', '-q', '--bare', folder])
  const hash = (oid: string, kind: string) =>
    execFileSync('git', ['-C', folder, 'hash-object', '-t', kind, '-w', '--stdin'], { input: git.raw(oid) ?? '' })
      .toString()
      .trim()
  for (const head of refs.values()) {
    for (const commit of git.log(head).toReversed()) {
      const trees = (oid: string): string[] => [...(git.tree(oid) ?? []).flatMap((entry) => (git.tree(entry.oid) === null ? [] : trees(entry.oid))), oid]
      for (const { oid } of git.files(commit.tree).values()) expect(hash(oid, 'blob')).toBe(oid)
      for (const oid of trees(commit.tree)) expect(hash(oid, 'tree')).toBe(oid)
      expect(hash(commit.oid, 'commit')).toBe(commit.oid)
    }
    execFileSync('git', ['-C', folder, 'update-ref', 'refs/heads/check', head])
    execFileSync('git', ['-C', folder, 'fsck', '--strict', '--no-dangling'], { stdio: 'pipe' })
  }
  rmSync(folder, { recursive: true })
  await github.close()
})
