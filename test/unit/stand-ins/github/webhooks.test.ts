/** Webhooks: what is told, to whom, how it is signed, and what happens when nobody listens. */
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bed, bed, receiver } from './bed.ts'

let t: Bed
let ear: Awaited<ReturnType<typeof receiver>>
let status = 200
beforeEach(async () => {
  status = 200
  t = await bed()
  ear = await receiver(() => status)
  t.github.setWebhook(ear.url, 'hush')
})
afterEach(async () => {
  await t.github.close()
  await ear.close()
})
const heard = () => ear.got.map(({ event, body }) => `${event} ${String((body as { action?: string }).action ?? '')}`.trim())

test('each is signed over its bytes and names its app', async () => {
  await t.github.settled()
  const [ping] = ear.got
  expect(ping?.event).toBe('ping')
  expect(ping?.headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', 'hush').update(String(ping?.raw)).digest('hex')}`)
  expect(ping?.headers['x-github-hook-installation-target-id']).toBe(String(t.app.appId))
  expect(ping?.guid).toMatch(/^[0-9a-f-]{36}$/)
})

test('a push names its files, the installation and who pushed', async () => {
  const before = t.head()
  const after = t.github.push('acme/web', { files: { Dockerfile: 'FROM debian:13\n', new: 'n', 'docs/a/b.txt': null }, message: 'Change', author: 'mona' })
  await t.github.settled()
  expect(ear.got.at(-1)?.body).toMatchObject({
    ref: 'refs/heads/main',
    before,
    after,
    forced: false,
    commits: [{ id: after, added: ['new'], removed: ['docs/a/b.txt'], modified: ['Dockerfile'] }],
    repository: { id: t.repo.id, full_name: 'acme/web' },
    installation: { id: t.installationId },
    sender: { login: 'mona', type: 'User' },
  })
})

test('a pull request is told from opening to merging', async () => {
  t.github.commitAs('acme/web', 'underpin/x', 'octocat', { Dockerfile: 'FROM debian:13\n' })
  await t.rest('POST', '/repos/acme/web/pulls', { title: 't', head: 'underpin/x', base: 'main' })
  t.github.commitAs('acme/web', 'underpin/x', 'octocat', { Dockerfile: 'FROM debian:14\n' })
  t.github.merge('acme/web', 1, 'mona')
  await t.github.settled()
  expect(heard()).toEqual(['ping', 'push', 'pull_request opened', 'push', 'pull_request synchronize', 'push', 'pull_request closed'])
  expect(ear.got.at(-1)?.body).toMatchObject({ pull_request: { merged: true, merged_by: { login: 'mona' }, user: { login: 'underpin[bot]', type: 'Bot' } } })
})

test('installations and repos that change are told, unasked', async () => {
  t.github.createRepo('acme/api', { files: { a: '1' } })
  t.github.addRepos(t.installationId, ['acme/api'])
  t.github.rename('acme/api', 'backend')
  t.github.archive('acme/backend')
  t.github.transfer('acme/backend', 'elsewhere')
  t.github.deleteRepo('acme/web')
  t.github.uninstall(t.installationId)
  await t.github.settled()
  expect(heard()).toEqual([
    'ping',
    'installation_repositories added',
    'repository renamed',
    'repository archived',
    'installation_repositories removed',
    'repository deleted',
    'installation deleted',
  ])
})

test('an app hears only what it asked for, of repos it was given', async () => {
  const other = t.github.createApp({ slug: 'other', permissions: {}, events: ['issues'], webhookUrl: ear.url })
  t.github.install(other.appId, 'acme', [])
  t.github.push('acme/web', { files: { a: '1' } })
  await t.github.settled()
  expect(heard()).toEqual(['ping', 'installation created', 'push'])
})

test('a failed delivery is not tried again until asked, and then has the same GUID', async () => {
  status = 500
  t.github.push('acme/web', { files: { a: '1' } })
  await t.github.settled()
  expect(ear.got).toHaveLength(2)
  status = 200
  const list = await t.ask(t.appToken(), 'GET', '/app/hook/deliveries')
  const [failed] = list.body as unknown as { id: number; guid: string; status_code: number; event: string }[]
  expect(failed).toMatchObject({ event: 'push', status_code: 500, redelivery: false })
  expect((await t.ask(t.appToken(), 'POST', `/app/hook/deliveries/${failed?.id}/attempts`)).status).toBe(202)
  await t.github.settled()
  expect(ear.got.map(({ guid }) => guid).slice(1)).toEqual([failed?.guid, failed?.guid])
  t.time.move(3 * 86_400)
  expect((await t.ask(t.appToken(), 'GET', '/app/hook/deliveries')).body).toEqual([])
  expect((await t.ask(t.appToken(), 'POST', `/app/hook/deliveries/${failed?.id}/attempts`)).status).toBe(422)
  t.github.assertNoViolations()
})

test('deliveries can be dropped, doubled and reordered', async () => {
  const { knobs } = t.github.webhooks
  knobs.drop = (event) => event === 'push'
  t.github.push('acme/web', { files: { a: '1' } })
  knobs.drop = () => false
  knobs.copies = () => 2
  t.github.archive('acme/web')
  knobs.copies = () => 1
  knobs.isHeld = true
  t.github.archive('acme/web', false)
  t.github.rename('acme/web', 'site')
  t.github.webhooks.release((held) => held.toReversed())
  await t.github.settled()
  expect(heard()).toEqual(['ping', 'repository archived', 'repository archived', 'repository renamed', 'repository unarchived'])
  expect(ear.got[1]?.guid).toBe(ear.got[2]?.guid)
})
