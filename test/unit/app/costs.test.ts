/** What the loop costs: requests upstream and to GitHub, whatever the number of repos. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed({ gatherSeconds: 4, operatorFile: 'limits: { pullRequestsPerInstallationAndHour: 100 }' })
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

describe('a moved tag that 20 repos use', () => {
  it('costs one HEAD and ten GETs upstream, looks into both images included, and 43 requests and two tokens at GitHub', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const repos = Array.from({ length: 20 }, (_, index) => org.repo(`web${index}`, { Dockerfile: `FROM ${org.image}:1@${first}\nRUN echo ${index}\n` }))
    await bed.idle()
    await bed.pass(hour)
    const [upstream, github] = [bed.registry.requests.length, bed.github.journal.entries.length]

    org.move('second')
    await bed.pass(hour)

    for (const repo of repos) expect(org.pulls(repo)).toHaveLength(1)
    const asked = bed.registry.requests.slice(upstream)
    expect(asked.filter(({ method }) => method === 'HEAD')).toHaveLength(1)
    // The manifest that the tag shows and the one that is pinned, and inside each of them: platform manifest, config, referrers, a layer.
    expect(asked.filter(({ method }) => method === 'GET').length).toBeLessThanOrEqual(10)
    const requests = bed.github.journal.entries.slice(github).filter(({ kind }) => kind !== 'webhook')
    const tokens = requests.filter(({ fields }) => fields[0] === 'apps/create-installation-access-token')
    expect(tokens.length).toBeLessThanOrEqual(2)
    expect(requests.length - tokens.length).toBeLessThanOrEqual(43)
  })

  it('costs at most two requests while nothing moves', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    for (let index = 0; index < 20; index++) org.repo(`web${index}`, { Dockerfile: `FROM ${org.image}:1@${first}\n` })
    await bed.idle()
    const before = bed.github.journal.entries.length
    await bed.pass(11 * 60_000)

    const requests = bed.github.journal.entries.slice(before).filter(({ kind, installationId }) => kind !== 'webhook' && installationId === org.installationId)
    expect(requests.filter(({ fields }) => fields[0] !== 'apps/create-installation-access-token').length).toBeLessThanOrEqual(2)
  })
})

describe('a moved tag that more repos use than GitHub lets us write to in a minute', () => {
  it('reaches all of them, within the limits', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const repos = Array.from({ length: 32 }, (_, index) => org.repo(`web${index}`, { Dockerfile: `FROM ${org.image}:1@${first}\n` }))
    await bed.idle()
    org.move('second')
    await bed.pass(hour)
    const opened = () => repos.filter((repo) => org.pulls(repo).length === 1).length
    expect(opened()).toBeLessThanOrEqual(27)
    for (let minutes = 0; minutes < 4; minutes++) await bed.pass(60_000)

    expect(opened()).toBe(32)
  })
})

describe('a push that touches nothing we read', () => {
  it('costs nothing', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${org.move('first')}\n` })
    await bed.idle()
    const before = bed.github.journal.entries.length
    bed.github.push(web, { files: { 'src/main.py': 'print(1)\n' } })
    await bed.idle()

    expect(bed.github.journal.entries.slice(before).filter(({ kind }) => kind !== 'webhook')).toEqual([])
  })
})
