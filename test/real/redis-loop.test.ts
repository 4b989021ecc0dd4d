/** The loop with its queue on a real redis-server that forgets everything, dies and comes back: nothing is lost and nothing is done twice. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SeenRequest } from '../stand-ins/github/index.ts'
import { type AppBed, hour, type Organisation, startAppBed } from '../support/app-bed.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { until } from '../support/until.ts'

const buildFiles = {
  '.github/underpin.yml': 'rebuild: { workflow: build.yml }\n',
  '.github/workflows/build.yml': 'on:\n  workflow_dispatch:\njobs: {}\n',
}

let redis: RedisServer
let bed: AppBed
beforeAll(async () => {
  redis = await startRedis()
  bed = await startAppBed({ redisUrl: redis.url, gatherSeconds: 1 })
})
afterAll(async () => {
  await bed.stop()
  await redis.stop()
})
afterEach(() => bed.github.assertNoViolations())

type Case = { readonly org: Organisation; readonly repos: readonly string[]; readonly floating: string }

/** Three pinned repos and one that is rebuilt, all on one image. */
function createRepos(): Case {
  const org = bed.organisation()
  const first = org.move('first')
  const repos = [1, 2, 3].map((index) => org.repo(`web${index}`, { Dockerfile: `FROM ${org.image}:1@${first}\nRUN echo ${index}\n` }))
  return { org, repos, floating: org.repo('floating', { Dockerfile: `FROM ${org.image}:1\n`, ...buildFiles }) }
}

async function moved(): Promise<Case & { readonly second: string }> {
  const created = createRepos()
  await bed.idle()
  const second = created.org.move('second')
  bed.clock.advance(hour)
  return { ...created, second }
}

function expectDone({ org, repos, floating }: Case, digest: string): void {
  for (const [index, repo] of repos.entries()) {
    expect(org.pulls(repo)).toHaveLength(1)
    expect(bed.github.files(repo, org.pulls(repo)[0]?.headBranch)['Dockerfile']).toBe(`FROM ${org.image}:1@${digest}\nRUN echo ${index + 1}\n`)
  }
  expect(bed.github.runs(floating)).toHaveLength(1)
}

/** Does `act` once, at the first request of the organisation that fits, before its answer. */
function once({ org }: Case, match: (request: SeenRequest) => boolean, act: () => Promise<void>): () => boolean {
  let isDone = false
  bed.github.onRequest(async (request, moment) => {
    const isOurs = request.caller.kind === 'installation' && request.caller.token.installation.id === org.installationId
    if (isDone || !isOurs || moment !== 'after-apply' || !match(request)) return
    isDone = true
    await act()
  })
  return () => isDone
}

describe('Redis that forgets everything', () => {
  it('after the webhooks were acknowledged loses no repo', async () => {
    const created = createRepos()
    await bed.github.settled()
    await redis.flush()
    await bed.idle()
    const second = created.org.move('second')
    await bed.pass(hour)

    expectDone(created, second)
  })

  it('between the decision and the delivery loses no pull request', async () => {
    const { stores } = bed.house
    const all = await moved()
    const isPlanned = async () => {
      const repo = await stores.repos.find(all.org.name, 'web1')
      return repo !== null && (await stores.updates.ofRepo(repo.id)).some(({ state }) => state === 'planned')
    }
    await until('an update is planned', isPlanned)
    await redis.flush()
    await bed.idle()

    expectDone(all, all.second)
  })

  it('between the dispatch and the run asks for no second build', async () => {
    const all = await moved()
    const isFlushed = once(all, ({ operation }) => operation === 'actions/create-workflow-dispatch', redis.flush)
    await bed.idle()

    expect(isFlushed()).toBe(true)
    expectDone(all, all.second)
  })

  it('at every request of the run loses nothing and does nothing twice', async () => {
    const all = await moved()
    const unhook = bed.github.onRequest(() => redis.flush())
    await bed.idle()
    unhook()

    expectDone(all, all.second)
  })
})

describe('Redis that dies', () => {
  it('in the middle of a delivery and comes back loses nothing', async () => {
    const all = await moved()
    const isKilled = once(all, ({ rootFields }) => rootFields.includes('createPullRequest'), redis.kill)
    await until('Redis was killed', isKilled)
    await redis.start()
    await bed.idle()

    expectDone(all, all.second)
  })

  it('leaves webhooks acknowledged, producers failing at once, and the work to be done when it is back', async () => {
    const before = bed.github.webhooks.deliveries.length
    await redis.kill()
    const all = createRepos()
    await bed.github.settled()
    await expect(bed.house.queue.wake([{ kind: 'inbox', group: 'none' }])).rejects.toMatchObject({ kind: 'transient' })
    await expect(bed.house.queue.ping()).rejects.toMatchObject({ kind: 'transient' })
    const answers = bed.github.webhooks.deliveries.slice(before).map(({ statusCode }) => statusCode)
    expect(answers.length).toBeGreaterThan(0)
    expect(new Set(answers)).toEqual(new Set([202]))
    await redis.start()
    await bed.idle()
    const second = all.org.move('second')
    await bed.pass(hour)

    expectDone(all, second)
  })
})
