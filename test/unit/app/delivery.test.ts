/** Delivery on a real PostgreSQL and a GitHub that enforces its rules: what people and policies change while updates wait, open or end. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { formatUpdateKey, type Update } from '../../../src/domain/update.ts'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'
import { dockerfile, pass, type Pinned, pinned as pinnedIn } from '../../support/pinned.ts'

const policy = '.github/underpin.yml'
const onePlace = 'limits: { openPullRequests: 1, pullRequestsPerHour: 10 }\n'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(async () => {
  bed.github.webhooks.knobs.drop = () => false
  bed.github.assertNoViolations()
  for (const installationId of installed.splice(0)) bed.github.uninstall(installationId)
  await bed.idle()
})

/** Organisations of the test that runs: the next one shall not pay for them. */
const installed: number[] = []
async function pinned(files: Record<string, string> = {}): Promise<Pinned> {
  const org = await pinnedIn(bed, files)
  installed.push(org.installationId)
  return org
}

async function rows({ web }: Pinned): Promise<readonly Update[]> {
  const [owner = '', name = ''] = web.split('/')
  const repo = await bed.house.stores.repos.find(owner, name)
  return repo === null ? [] : await bed.house.stores.updates.ofRepo(repo.id)
}
async function states(org: Pinned): Promise<readonly string[]> {
  return (await rows(org)).map(({ state }) => state)
}
const number = (org: Pinned) => org.open()[0]?.number ?? 0
const reasonsOf = async (org: Pinned) => (await org.decisions()).map(({ decision }) => [decision.kind, decision.reasons[0]?.rule])

/** Two images of which one has its pull request, and the other waits for a place. */
async function oneHeld(): Promise<Pinned> {
  const org = await pinned({ [policy]: onePlace })
  bed.github.push(org.web, { files: { 'b/Dockerfile': `FROM ${org.image}:2@${org.move('first', '2')}\n` } })
  await bed.idle()
  org.move('second')
  org.move('second', '2')
  await pass(bed, hour)
  expect([...(await states(org))].sort()).toEqual(['held', 'open'])
  return org
}

/** A delivery that makes its branch and is refused its pull request. */
async function branchOnly(): Promise<{ readonly org: Pinned; readonly mend: () => void }> {
  const org = await pinned()
  const mend = bed.github.fail({
    match: (request) => org.isFrom(request) && request.rootFields.includes('createPullRequest'),
    when: 'before-apply',
    action: { status: 502 },
    times: 99,
  })
  org.move('second')
  await pass(bed, hour)
  expect(Object.keys(bed.github.branches(org.web))).toHaveLength(2)
  return { org, mend }
}

describe('an update that waits for a place', () => {
  it.each([
    ['is switched off', 'enabled: false\n'],
    ['is ignored', `ignore: { paths: ['b', 'Dockerfile'] }\n`],
  ])('is not opened after it %s, and the open pull request stays', async (_name, written) => {
    const org = await oneHeld()
    bed.github.push(org.web, { files: { [policy]: written + onePlace } })
    await bed.idle()
    expect(org.open()).toHaveLength(1)
    bed.github.closePullRequest(org.web, number(org), 'maintainer')
    await pass(bed, hour)
    await pass(bed, hour)

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.open()).toEqual([])
  })

  it('is decided as held, saying which limit, and follows its tag', async () => {
    const org = await oneHeld()
    expect((await reasonsOf(org)).map(String).sort()).toEqual(['hold,limits', 'update,moved'])
    const [held] = (await org.decisions()).filter(({ decision }) => decision.kind === 'hold')
    expect(held?.decision.reasons.map(({ rule }) => rule)).toEqual(['limits', 'moved'])
    expect(held?.decision.reasons[0]?.values).toEqual({ limit: 'openPerRepo', most: 1, until: null })
    const thirds = [org.move('third'), org.move('third', '2')]
    await pass(bed, hour)
    bed.github.merge(org.web, number(org), 'maintainer')
    await pass(bed, hour)

    expect(org.open()).toHaveLength(1)
    expect(thirds.some((digest) => org.open()[0]?.body.includes(digest))).toBe(true)
    expect(await reasonsOf(org)).toContainEqual(['update', 'moved'])
    expect((await reasonsOf(org)).flat()).not.toContain('limits')
  })

  it('gets the place of a pull request that a person takes over', async () => {
    const org = await oneHeld()
    bed.github.commitAs(org.web, org.open()[0]?.headBranch ?? '', 'maintainer', { 'NOTES.md': 'mine' })
    for (const tag of ['1', '2']) org.move('third', tag)
    await pass(bed, hour)

    expect([...(await states(org))].sort()).toEqual(['hands-off', 'open'])
    expect(org.open()).toHaveLength(2)
  })
})

describe('a branch that a person took over', () => {
  it.each(['closed', 'merged'] as const)('and whose pull request is %s is left as it is; the next digest comes on another branch', async (end) => {
    const org = await pinned()
    org.move('second')
    await pass(bed, hour)
    const branch = org.open()[0]?.headBranch ?? ''
    bed.github.commitAs(org.web, branch, 'maintainer', { 'NOTES.md': 'mine' })
    org.move('third')
    await pass(bed, hour)
    expect(await states(org)).toEqual(['hands-off'])
    expect(await reasonsOf(org)).toEqual([['hold', 'hands-off']])
    if (end === 'closed') bed.github.closePullRequest(org.web, number(org), 'maintainer')
    else bed.github.merge(org.web, number(org), 'maintainer')
    const left = bed.github.commitAs(org.web, branch, 'maintainer', { 'MORE.md': 'mine' })
    await bed.idle()
    const fourth = org.move('fourth')
    await pass(bed, hour)
    await pass(bed, hour)

    expect(bed.github.branches(org.web)[branch]).toBe(left)
    expect(org.open().map(({ headBranch }) => headBranch)).toEqual([`${branch}-2`])
    expect(org.open()[0]?.body).toContain(fourth)
  })

  it('comes back within a day where no webhook tells of the end', async () => {
    const org = await pinned()
    org.move('second')
    await pass(bed, hour)
    bed.github.commitAs(org.web, org.open()[0]?.headBranch ?? '', 'maintainer', { 'NOTES.md': 'mine' })
    const third = org.move('third')
    await pass(bed, hour)
    bed.github.webhooks.knobs.drop = () => true
    bed.github.closePullRequest(org.web, number(org), 'maintainer')
    await pass(bed, 25 * hour)
    await pass(bed, hour)

    expect(org.offered()).toBe(dockerfile(org, third))
  })

  it('by opening a pull request from it is told once', async () => {
    const { org, mend } = await branchOnly()
    const [branch = ''] = Object.keys(bed.github.branches(org.web)).filter((name) => name !== 'main')
    bed.github.openPullRequest(org.web, 'maintainer', { head: branch, base: 'main', title: 'Mine', body: '' })
    for (let hours = 0; hours < 3; hours++) await pass(bed, hour)
    mend()

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.open()[0]?.comments.map(({ body }) => body)).toEqual([expect.stringContaining('opened by somebody else')])
    expect(await states(org)).toEqual(['hands-off'])
  })
})

describe('labels', () => {
  it('that the policy adds are given without touching the branch', async () => {
    const org = await pinned({ [policy]: 'labels: [images]\n' })
    org.move('second')
    await pass(bed, hour)
    const before = org.open()[0]?.headOid
    bed.github.push(org.web, { files: { [policy]: 'labels: [images, urgent]\n' } })
    await bed.idle()
    await pass(bed, hour)

    expect(org.open()[0]?.labels).toEqual(['images', 'urgent'])
    expect(org.open()[0]?.headOid).toBe(before)
  })

  it('that cannot be given leave no pull request without its row', async () => {
    const org = await pinned({ [policy]: 'labels: [images]\n' })
    const mend = bed.github.fail({
      match: (request) => org.isFrom(request) && request.operation === 'issues/add-labels',
      when: 'before-apply',
      action: { status: 502 },
      times: 99,
    })
    org.move('second')
    await pass(bed, hour)
    expect(await rows(org)).toMatchObject([{ state: 'planned', pullRequest: number(org) }])
    bed.github.closePullRequest(org.web, number(org), 'maintainer')
    await bed.idle()
    expect(await states(org)).toEqual(['closed'])
    mend()
  })
})

describe('an update that nobody needs any more', () => {
  it('and that had made its branch only takes the branch away', async () => {
    const { org, mend } = await branchOnly()
    bed.registry.tag(`${org.name}/base`, '1', org.first)
    await pass(bed, hour)
    mend()
    await pass(bed, hour)

    expect(Object.keys(bed.github.branches(org.web))).toEqual(['main'])
    expect(org.pulls(org.web)).toEqual([])
  })
})

describe('an open pull request', () => {
  it('whose merge no webhook tells of is known to be merged a day later', async () => {
    const org = await pinned()
    org.move('second')
    await pass(bed, hour)
    bed.github.webhooks.knobs.drop = () => true
    bed.github.merge(org.web, number(org), 'maintainer')
    await pass(bed, 25 * hour)

    expect(await states(org)).toEqual(['merged'])
  })

  it('that is as it should be is looked at and not written to, nor noted', async () => {
    const org = await pinned()
    org.move('second')
    await pass(bed, hour)
    const [update] = await rows(org)
    const noted = () => bed.house.stores.audit.ofRepo(update?.key.repoId ?? 0, 50)
    const before = await noted()
    await pass(bed, 25 * hour)

    expect(await noted()).toEqual(before)
    expect(before.map(({ action }) => action)).toEqual(['pull request opened', 'branch written'])
  })
})

describe('a bug in one update of a batch', () => {
  it('leaves the others alone', async () => {
    const org = await pinned({ 'b/Dockerfile': 'FROM scratch\n' })
    bed.github.push(org.web, { files: { 'b/Dockerfile': `FROM ${org.image}:2@${org.move('first', '2')}\n` } })
    await bed.idle()
    const { updates } = bed.house.stores
    const admit = updates.admit.bind(updates)
    updates.admit = (claim, ...more) => (claim.key.endsWith(`${org.image}:1`) ? Promise.reject(new TypeError('a bug')) : admit(claim, ...more))
    org.move('second')
    org.move('second', '2')
    await pass(bed, hour)
    updates.admit = admit

    expect((await rows(org)).map(({ key, state }) => [formatUpdateKey(key).split(':').at(-1), state])).toEqual([
      ['1', 'planned'],
      ['2', 'open'],
    ])
  })
})
