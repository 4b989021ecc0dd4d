/** Fault points. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bed, bed } from './bed.ts'

let t: Bed
beforeEach(async () => {
  t = await bed()
})
afterEach(async () => {
  await t.github.close()
})
const isIssue = { match: (request: { operation: string | null }) => request.operation === 'issues/create' }
const open = () => t.rest('POST', '/repos/acme/web/issues', { title: 't' })

test('a fault before has no effect, a fault after has one', async () => {
  t.github.fail({ ...isIssue, when: 'before-apply', action: { status: 502 } })
  expect((await open()).status).toBe(502)
  expect(t.github.issues('acme/web')).toHaveLength(0)
  t.github.fail({ ...isIssue, when: 'after-apply', action: { status: 502 } })
  expect((await open()).status).toBe(502)
  expect(t.github.issues('acme/web')).toHaveLength(1)
  expect((await open()).status).toBe(201)
  t.github.assertNoViolations()
})

test('a reset cuts the connection', async () => {
  t.github.fail({ ...isIssue, when: 'after-apply', action: 'reset', times: 2 })
  await expect(open()).rejects.toThrow('fetch failed')
  await expect(open()).rejects.toThrow('fetch failed')
  expect((await open()).status).toBe(201)
  expect(t.github.journal.requests.map((entry) => entry.status)).toEqual([201, 0, 0, 201])
})

test('a hanging request is answered never', async () => {
  t.github.fail({ ...isIssue, when: 'before-apply', action: 'hang' })
  const hanging = open().catch((error: Error) => error.message)
  expect((await t.rest('GET', '/repos/acme/web')).status).toBe(200)
  await t.github.close()
  expect(await hanging).toBe('fetch failed')
})

test('a fault that says retry-after makes a sooner request a violation', async () => {
  t.github.fail({
    ...isIssue,
    when: 'before-apply',
    action: { status: 403, headers: { 'retry-after': '120' }, body: { message: 'You have exceeded a secondary rate limit.' } },
  })
  expect((await open()).status).toBe(403)
  t.time.move(119)
  await open()
  expect(t.github.violations).toEqual([`limit: installation ${t.installationId}: a request 1 s before the end of retry-after`])
})

test('a hook stands at both moments and sees what is in the request', async () => {
  const seen: unknown[] = []
  t.github.onRequest((request, moment) => void seen.push([moment, request.operation, request.rootFields, t.github.branches('acme/web').x !== undefined]))
  await t.graphql('mutation Make($r: ID!, $o: GitObjectID!) { createRef(input: { repositoryId: $r, name: "refs/heads/x", oid: $o }) { ref { name } } }', {
    r: t.repo.nodeId,
    o: t.head(),
  })
  expect(seen).toEqual([
    ['before-apply', 'Make', ['createRef'], false],
    ['after-apply', 'Make', ['createRef'], true],
  ])
})
