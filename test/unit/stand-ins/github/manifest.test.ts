/** GitHub's rules for app manifests, and the way from a manifest to an app. */
import { expect, test } from 'vitest'
import { startGitHub, validateManifest } from '../../../stand-ins/github/index.ts'

const good = {
  name: 'Underpin',
  url: 'https://example.org',
  public: false,
  default_permissions: { metadata: 'read', contents: 'write', workflows: 'write', statuses: 'read' },
  default_events: ['push', 'repository', 'status'],
}
const check = (change: object) => validateManifest(JSON.stringify({ ...good, ...change }))

test('a good manifest has no problems', () => {
  expect(check({})).toEqual([])
})

test.each([
  [{ default_events: ['installation'] }, 'default_events: installation arrives unasked and must not be listed'],
  [{ default_events: ['pull_request'] }, 'default_events: pull_request needs pull_requests'],
  [{ default_events: ['issue_comment'] }, 'default_events: issue_comment needs issues or pull_requests'],
  [{ default_events: ['pushes'] }, 'default_events: pushes is not an event that an app can ask for'],
  [{ default_permissions: { repo: 'read' }, default_events: [] }, 'default_permissions: repo is not a permission'],
  [{ default_permissions: { workflows: 'read' }, default_events: [] }, 'default_permissions: workflows cannot be read, only write'],
  [{ default_permissions: { metadata: 'write' }, default_events: [] }, 'default_permissions: metadata cannot be write, only read'],
  [{ url: undefined }, 'url: a homepage URL is required'],
  [{ public: 'no' }, 'public: must be true or false'],
  [{ hook_attributes: { active: true } }, 'hook_attributes: url is required'],
  [{ hook_attributes: { url: 'https://example.org/h', secret: 'x' } }, 'hook_attributes: secret is not known'],
  [{ webhook: 'x' }, 'webhook: not a key of a manifest'],
])('%j is refused', (change, problem) => {
  expect(check(change)).toEqual([problem])
})

test('a posted manifest comes back as a code that makes the app once', async () => {
  const github = await startGitHub()
  const manifest = { ...good, redirect_url: 'http://127.0.0.1:1/setup', hook_attributes: { url: 'http://127.0.0.1:1/hook' } }
  const posted = await fetch(`${github.url}/settings/apps/new?state=s1`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ manifest: JSON.stringify(manifest) }),
  })
  const back = new URL(String(posted.headers.get('location')))
  expect([back.pathname, back.searchParams.get('state')]).toEqual(['/setup', 's1'])
  const convert = () => fetch(`${github.apiUrl}/app-manifests/${back.searchParams.get('code')}/conversions`, { method: 'POST' })
  const made = await convert()
  expect([made.status, await made.json()]).toEqual([
    201,
    expect.objectContaining({ slug: 'underpin', pem: expect.stringContaining('PRIVATE KEY'), webhook_secret: expect.any(String) }),
  ])
  expect((await convert()).status).toBe(404)
  github.assertNoViolations()
  await github.close()
})
