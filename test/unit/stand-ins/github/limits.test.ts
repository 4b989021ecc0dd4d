/** Limits, counted strictly. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bed, bed } from './bed.ts'

let t: Bed
beforeEach(async () => {
  t = await bed()
})
afterEach(async () => {
  await t.github.close()
})
const comment = () => t.rest('POST', '/repos/acme/web/issues/1/comments', { body: 'x' })

test('a content write too many in a minute is a violation', async () => {
  await t.rest('POST', '/repos/acme/web/issues', { title: 't' })
  for (let count = 0; count < 79; count += 1) await comment()
  t.github.assertNoViolations()
  t.time.move(59)
  await comment()
  expect(t.github.violations).toEqual([`limit: installation ${t.installationId}: 81 content writes in a minute, 80 allowed`])
  expect(() => t.github.assertNoViolations()).toThrow('81 content writes')
})

test('the minute slides, the hour counts on', async () => {
  await t.rest('POST', '/repos/acme/web/issues', { title: 't' })
  t.github.figures.writesPerHour = 100
  for (let minute = 0; minute < 2; minute += 1) {
    for (let count = 0; count < 50; count += 1) await comment()
    t.time.move(60)
  }
  expect(t.github.violations).toEqual([expect.stringContaining('101 content writes in an hour')])
})

test('each mutation counts, and each ref of updateRefs', async () => {
  const two = { repositoryId: t.repo.nodeId, refUpdates: ['a', 'b'].map((name) => ({ name: `refs/heads/${name}`, afterOid: t.head() })) }
  await t.graphql('mutation M($i: UpdateRefsInput!) { updateRefs(input: $i) { clientMutationId } }', { i: two })
  await t.graphql(
    'mutation M($r: ID!, $o: GitObjectID!) { a: createRef(input: { repositoryId: $r, name: "refs/heads/x", oid: $o }) { ref { name } } b: createRef(input: { repositoryId: $r, name: "refs/heads/y", oid: $o }) { ref { name } } }',
    { r: t.repo.nodeId, o: t.head() },
  )
  expect(t.github.countRequests().contentWrites).toBe(4)
})

test('points and concurrent requests are counted', async () => {
  t.github.figures.restPointsPerMinute = 6
  await comment()
  await t.rest('GET', '/repos/acme/web')
  expect(t.github.violations).toEqual([])
  await t.rest('GET', '/repos/acme/web')
  expect(t.github.violations).toEqual([expect.stringContaining('7 rest points in a minute')])
  t.github.violations.length = 0
  t.time.move(61)
  t.github.figures.concurrent = 1
  let release = () => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const entered: string[] = []
  const off = t.github.onRequest(async (_request, moment) => {
    if (moment !== 'before-apply') return
    entered.push('')
    if (entered.length === 2) release()
    await gate
  })
  await Promise.all([t.rest('GET', '/repos/acme/web'), t.rest('GET', '/repos/acme/web')])
  off()
  expect(t.github.violations).toEqual([expect.stringContaining('2 concurrent requests')])
})

test('where limits are answered, the answer says when to come back, and coming sooner is a violation', async () => {
  t.github.settings.limits = 'answer'
  t.github.figures.writesPerMinute = 1
  await t.rest('POST', '/repos/acme/web/issues', { title: 't' })
  const refused = await comment()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([403, '60'])
  expect(t.github.violations).toEqual([])
  t.time.move(30)
  const early = await t.rest('GET', '/repos/acme/web')
  expect([early.status, early.headers.get('retry-after')]).toEqual([403, '30'])
  expect(t.github.violations).toHaveLength(1)
  t.time.move(31)
  expect((await comment()).status).toBe(201)
  expect(t.github.violations).toHaveLength(1)
})

test('without retry-after a minute has to pass', async () => {
  t.github.settings.limits = 'answer-silently'
  t.github.figures.writesPerMinute = 0
  const refused = await t.rest('POST', '/repos/acme/web/issues', { title: 't' })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([403, null])
  await t.rest('GET', '/repos/acme/web')
  expect(t.github.violations).toHaveLength(1)
})

test('the primary quota is in the headers and in GraphQL', async () => {
  const answer = await t.rest('GET', '/repos/acme/web')
  expect([answer.headers.get('x-ratelimit-limit'), answer.headers.get('x-ratelimit-remaining'), answer.headers.get('x-ratelimit-resource')]).toEqual([
    '5000',
    '4999',
    'core',
  ])
  expect((await t.graphql('{ rateLimit { cost nodeCount remaining } }')).body.data).toEqual({ rateLimit: { cost: 1, nodeCount: 0, remaining: 4999 } })
})
