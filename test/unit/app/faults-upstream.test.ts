/** Faults of the registry and of webhooks while the loop runs: no pull request in doubt, a decision that says why, and the right state afterwards. */
import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Behaviour } from '../../stand-ins/registry/index.ts'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'
import { random } from '../../support/chaos.ts'
import { dockerfile, pass, pinned } from '../../support/pinned.ts'
import { until } from '../../support/until.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

/** A HEAD that finds nothing is asked again as a GET. */
type Method = 'HEAD' | 'GET' | 'any'
const cases: readonly (readonly [string, Method, Behaviour, string])[] = [
  ['401', 'HEAD', { kind: 'status', status: 401 }, 'unauthorized'],
  ['403', 'HEAD', { kind: 'status', status: 403 }, 'unauthorized'],
  ['404', 'any', { kind: 'status', status: 404 }, 'missing'],
  ['500', 'HEAD', { kind: 'status', status: 500 }, 'transient'],
  ['429', 'HEAD', { kind: 'status', status: 429, headers: { 'retry-after': '90' } }, 'rate-limited'],
  ['a cut connection', 'HEAD', { kind: 'reset' }, 'transient'],
  ['silence', 'HEAD', { kind: 'hang' }, 'transient'],
  ['a manifest that is not the digest’s', 'GET', { kind: 'body', body: '{"schemaVersion":2}' }, 'invalid'],
  ['a manifest cut short', 'GET', { kind: 'truncate', bytes: 20 }, 'transient'],
  ['a manifest that ends early', 'GET', { kind: 'shorten', bytes: 20 }, 'invalid'],
]

describe('a registry that answers with', () => {
  it.each(cases)('%s leads to no pull request and to words that say so, and is asked again', { timeout: 90_000 }, async (_name, method, behaviour, fault) => {
    const org = await pinned(bed)
    const mend = bed.registry.script({ ...(method === 'any' ? {} : { method }), path: `/${org.name}/base/` }, behaviour)
    const second = org.move('second')
    await pass(bed, hour)
    expect(org.pulls(org.web)).toEqual([])
    expect((await org.decisions()).map(({ decision }) => [decision.kind, decision.reasons[0]?.values['fault']])).toEqual([['hold', fault]])
    mend()
    await pass(bed, hour)
    await pass(bed, hour)

    expect(org.offered()).toBe(dockerfile(org, second))
    expect(org.pulls(org.web)).toHaveLength(1)
  })
})

describe('a tag', () => {
  it('that goes back between the question and the fetch is proposed as one of both, and ends as it stands', async () => {
    const org = await pinned(bed)
    const second = org.move('second')
    const mend = bed.registry.script(
      { method: 'HEAD', path: `/${org.name}/base/manifests/1`, times: 1 },
      {
        kind: 'compute',
        compute: (right) => {
          bed.registry.tag(`${org.name}/base`, '1', org.first)
          return right
        },
      },
    )
    await pass(bed, hour)
    expect([null, dockerfile(org, second)]).toContain(org.offered())
    mend()
    await pass(bed, hour)

    expect(org.open()).toEqual([])
  })

  it('whose pinned digest is gone is decided about with a reason', async () => {
    const org = bed.organisation()
    const gone = org.move('first')
    const second = org.move('second')
    bed.registry.deleteManifest(`${org.name}/base`, gone)
    const web = org.repo('web', { Dockerfile: dockerfile(org, gone) })
    // The registry may still be in the wait that the faults before this one earned.
    const reason = await until('the decision says it', async () => {
      await pass(bed, hour)
      const repo = await bed.house.stores.repos.find(org.name, 'web')
      const decisions = await bed.house.stores.decisions.ofRepo(repo?.id ?? 0)
      const use = decisions.find(({ subject }) => subject.kind === 'image-use')
      return use?.decision.reasons[0]?.rule === 'gone-digest' && use.decision.reasons[0]
    })

    expect(reason.text).toContain('cannot be pulled any more')
    for (const pull of org.pulls(web)) expect(bed.github.files(web, pull.headBranch)['Dockerfile']).toBe(dockerfile(org, second))
  })
})

describe('webhooks', () => {
  it('that come a hundred times count once', async () => {
    const org = await pinned(bed)
    const second = org.move('second')
    const before = bed.github.journal.entries.length
    bed.github.webhooks.knobs.copies = (event) => (event === 'push' ? 100 : 1)
    bed.github.push(org.web, { files: { Dockerfile: `# new\n${dockerfile(org, org.first)}` } })
    bed.github.webhooks.knobs.copies = () => 1
    await bed.idle()
    const since = bed.github.journal.entries.slice(before)
    expect(since.filter(({ kind, status }) => kind === 'webhook' && status === 202)).toHaveLength(100)
    expect(since.filter(({ kind, installationId }) => kind !== 'webhook' && installationId === org.installationId).length).toBeLessThan(10)
    await pass(bed, hour)

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.offered()).toBe(`# new\n${dockerfile(org, second)}`)
  })

  it.each([1, 2, 3, 4])('that come in any order lead to the same state, order %i', async (seed) => {
    const chance = random(seed)
    const org = bed.organisation()
    const first = org.move('first')
    bed.github.webhooks.knobs.isHeld = true
    const web = org.repo('web', { 'README.md': 'hello' })
    bed.github.push(web, { files: { Dockerfile: dockerfile(org, first) } })
    bed.github.archive(web)
    bed.github.archive(web, false)
    bed.github.rename(web, 'shop')
    bed.github.push(`${org.name}/shop`, { files: { Dockerfile: `# later\n${dockerfile(org, first)}` } })
    bed.github.webhooks.release((held) => {
      const left = [...held]
      return held.map(() => left.splice(chance.below(left.length), 1)[0]!)
    })
    await bed.idle()
    const second = org.move('second')
    await pass(bed, hour)
    await pass(bed, hour)

    const pulls = org.pulls(`${org.name}/shop`)
    expect(pulls).toHaveLength(1)
    expect(bed.github.files(`${org.name}/shop`, pulls[0]?.headBranch)['Dockerfile']).toBe(`# later\n${dockerfile(org, second)}`)
  })

  it('of unknown events, of unknown forms and that are not JSON are acknowledged and dropped', async () => {
    await bed.idle()
    bed.github.sendWebhook(bed.app.appId, 'space_travel', { action: 'created' })
    bed.github.sendWebhook(bed.app.appId, 'push', { ref: 7 })
    await bed.github.settled()
    const hook = bed.github.webhooks.deliveries.at(-1)?.app.hook
    const body = 'not JSON'
    const answer = await fetch(hook?.url ?? '', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-delivery': randomUUID(),
        'x-github-event': 'push',
        'x-hub-signature-256': `sha256=${createHmac('sha256', hook?.secret ?? '')
          .update(body)
          .digest('hex')}`,
      },
      body,
    })
    expect(answer.status).toBe(202)
    await bed.idle()

    expect((await bed.house.stores.dueWork.troubled(1, 100)).filter(({ kind }) => kind === 'inbox')).toEqual([])
  })
})
