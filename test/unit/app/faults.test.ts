/** Faults at GitHub while the loop runs: each ends in the right state after it is mended. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FaultAction, FileChanges, Moment, SeenRequest } from '../../stand-ins/github/index.ts'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'
import { dockerfile, pass, type Pinned, pinned as pinnedIn } from '../../support/pinned.ts'

const minute = 60_000
const secondary = { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' }

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(async () => {
  bed.github.assertNoViolations()
  for (const installationId of installed.splice(0)) if (isInstalled(installationId)) bed.github.uninstall(installationId)
  await bed.idle()
})

/** Organisations of the test that runs: the next one shall not pay for them. */
const installed: number[] = []
async function pinned(more: FileChanges = {}): Promise<Pinned> {
  const org = await pinnedIn(bed, more)
  installed.push(org.installationId)
  return org
}
function isInstalled(id: number): boolean {
  try {
    bed.github.tokenFor(id)
    return true
  } catch {
    return false
  }
}

const rooted =
  (field: string) =>
  ({ rootFields, operation }: SeenRequest): boolean =>
    rootFields.includes(field) || operation === field

/** Writes of a delivery, in the order in which they are sent. */
const proposing = ['createCommitOnBranch', 'createPullRequest', 'issues/add-labels'] as const
const amending = ['createCommitOnBranch', 'updateRefs', 'pulls/update'] as const
const labelled = { '.github/underpin.yml': 'labels: [images]\n' }

/** One organisation for each write, whose first such write fails as told. */
async function failEach(writes: readonly string[], orgs: readonly Pinned[], when: Moment, action: FaultAction): Promise<() => void> {
  let struck = 0
  const unhook = bed.github.onRequest((request, moment) => {
    if (moment === when && orgs.some((org, index) => org.isFrom(request) && rooted(writes[index] ?? '')(request))) struck += 1
  })
  for (const [index, org] of orgs.entries())
    bed.github.fail({ match: (request) => org.isFrom(request) && rooted(writes[index] ?? '')(request), when, action, times: 1 })
  return () => {
    unhook()
    expect(struck).toBeGreaterThanOrEqual(orgs.length)
  }
}

async function settle(): Promise<void> {
  await pass(bed, hour)
  for (let index = 0; index < 3; index++) await pass(bed, 2 * minute)
}

describe.each([
  [500, 'before-apply'],
  [500, 'after-apply'],
  [502, 'before-apply'],
  [502, 'after-apply'],
] as const)('a write that GitHub answers with %i %s', (status, when) => {
  it('leads to exactly one pull request with the new digest and its labels', async () => {
    const orgs = [await pinned(labelled), await pinned(labelled), await pinned(labelled)]
    const seconds = orgs.map((org) => org.move('second'))
    const check = await failEach(proposing, orgs, when, { status })
    await settle()
    check()

    for (const [index, org] of orgs.entries()) {
      expect(org.pulls(org.web)).toHaveLength(1)
      expect(org.offered()).toBe(dockerfile(org, seconds[index] ?? ''))
      expect(org.open()[0]?.labels).toEqual(['images'])
    }
  })

  it('leads to the open pull request at the newest digest, and to no stray branch', async () => {
    const orgs = [await pinned(), await pinned(), await pinned()]
    for (const org of orgs) org.move('second')
    await pass(bed, hour)
    const thirds = orgs.map((org) => org.move('third'))
    const check = await failEach(amending, orgs, when, { status })
    await settle()
    check()

    for (const [index, org] of orgs.entries()) {
      expect(org.pulls(org.web)).toHaveLength(1)
      expect(org.offered()).toBe(dockerfile(org, thirds[index] ?? ''))
      expect(org.open()[0]?.body).toContain(thirds[index])
      expect(Object.keys(bed.github.branches(org.web))).toHaveLength(2)
    }
  })
})

describe('GitHub that says wait', () => {
  it.each([
    ['403 with retry-after', { status: 403, headers: { 'retry-after': '90' }, body: secondary }, 90_000],
    ['403 without retry-after', { status: 403, body: secondary }, 60_000],
    ['429 with retry-after', { status: 429, headers: { 'retry-after': '120' }, body: secondary }, 120_000],
  ] as const)('%s is not asked anything for that installation inside the window, and others go on', async (_name, action, windowMs) => {
    const [limited, free] = [await pinned(), await pinned()]
    const seconds = [limited.move('second'), free.move('second')]
    bed.github.fail({ match: (request) => limited.isFrom(request) && rooted('createCommitOnBranch')(request), when: 'before-apply', action, times: 1 })
    await pass(bed, hour)
    expect(limited.open()).toEqual([])
    expect(free.offered()).toBe(dockerfile(free, seconds[1] ?? ''))
    const before = bed.github.journal.entries.length
    bed.github.push(limited.web, { files: { Dockerfile: `# later\n${dockerfile(limited, limited.first)}` } })
    await pass(bed, windowMs / 2)
    const inside = bed.github.journal.entries
      .slice(before)
      .filter(({ kind, installationId }) => kind !== 'webhook' && installationId === limited.installationId)
    expect(inside).toEqual([])
    for (let index = 0; index < 3; index++) await pass(bed, windowMs)

    expect(limited.pulls(limited.web)).toHaveLength(1)
    expect(limited.offered()).toBe(`# later\n${dockerfile(limited, seconds[0] ?? '')}`)
  })

  it('during the look-up, and the rest of the batch waits too', async () => {
    const org = await pinned()
    org.move('second')
    const action = { status: 403, headers: { 'retry-after': '90' }, body: secondary }
    bed.github.fail({ match: (request) => org.isFrom(request) && request.operation === 'Standings', when: 'before-apply', action, times: 1 })
    await pass(bed, hour)
    expect(org.open()).toEqual([])
    await pass(bed, 2 * minute)

    expect(org.open()).toHaveLength(1)
  })
})

describe('a token that dies', () => {
  it.each(['Standings', 'createCommitOnBranch', 'createPullRequest'])('before %s is replaced', async (name) => {
    const org = await pinned()
    const second = org.move('second')
    let isRevoked = false
    const unhook = bed.github.onRequest((request, moment) => {
      if (isRevoked || moment !== 'before-apply' || !org.isFrom(request) || !(rooted(name)(request) || request.operation === name)) return
      isRevoked = true
      bed.github.revokeTokens(org.installationId)
    })
    bed.github.fail({
      match: (request) => org.isFrom(request) && (rooted(name)(request) || request.operation === name),
      when: 'before-apply',
      action: { status: 401, body: { message: 'Bad credentials' } },
      times: 1,
    })
    await settle()
    unhook()

    expect(isRevoked).toBe(true)
    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.offered()).toBe(dockerfile(org, second))
  })
})

describe('an installation', () => {
  /** Runs `change` when the delivery has made its branch and not yet its pull request. */
  async function midDelivery(change: (org: Pinned) => void): Promise<{ readonly org: Pinned; writesAfter(): number }> {
    const org = await pinned()
    org.move('second')
    let at = Number.POSITIVE_INFINITY
    const unhook = bed.github.onRequest((request, moment) => {
      if (at !== Number.POSITIVE_INFINITY || moment !== 'after-apply' || !org.isFrom(request) || !rooted('createCommitOnBranch')(request)) return
      change(org)
      at = bed.github.journal.entries.length + 1
    })
    await settle()
    unhook()
    const done = ({ isMutation, status, errors, installationId }: (typeof bed.github.journal.entries)[number]) =>
      isMutation && installationId === org.installationId && status < 300 && errors.length === 0
    return { org, writesAfter: () => bed.github.journal.entries.slice(at).filter(done).length }
  }

  it('that is suspended in the middle of a delivery is written to no more, and goes on when it is back', async () => {
    const { org, writesAfter } = await midDelivery(({ installationId }) => bed.github.suspend(installationId))
    expect(org.open()).toEqual([])
    expect(writesAfter()).toBe(0)
    bed.github.suspend(org.installationId, false)
    await settle()
    await pass(bed, hour)

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.open()).toHaveLength(1)
  })

  it('that is removed in the middle of a delivery is written to no more and forgotten', async () => {
    const { org, writesAfter } = await midDelivery(({ installationId }) => bed.github.uninstall(installationId))
    expect(org.pulls(org.web)).toEqual([])
    expect(writesAfter()).toBe(0)
    expect(await bed.house.stores.repos.ofInstallation(org.installationId)).toEqual([])
    const before = bed.github.journal.entries.length
    await pass(bed, hour)
    expect(bed.github.journal.entries.slice(before).filter(({ installationId }) => installationId === org.installationId)).toEqual([])
  })

  it('that loses the repo in the middle of a delivery forgets it, and starts anew when it gets it back', async () => {
    const { org, writesAfter } = await midDelivery(({ installationId, web }) => bed.github.removeRepos(installationId, [web]))
    expect(org.pulls(org.web)).toEqual([])
    expect(writesAfter()).toBe(0)
    bed.github.addRepos(org.installationId, [org.web])
    await settle()

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.open()).toHaveLength(1)
  })
})

describe('a repo', () => {
  it('that is renamed between plan and delivery gets its pull request under the new name', async () => {
    const org = await pinned()
    const second = org.move('second')
    let isRenamed = false
    const unhook = bed.github.onRequest((request, moment) => {
      if (isRenamed || moment !== 'before-apply' || !org.isFrom(request) || !rooted('createCommitOnBranch')(request)) return
      isRenamed = true
      bed.github.rename(org.web, 'shop')
    })
    await settle()
    unhook()

    expect(org.pulls(`${org.name}/shop`)).toHaveLength(1)
    expect(bed.github.files(`${org.name}/shop`, org.pulls(`${org.name}/shop`)[0]?.headBranch)['Dockerfile']).toBe(dockerfile(org, second))
  })

  it('that is transferred to an owner with the app keeps its one pull request, moved to the newest digest', async () => {
    const [org, other] = [await pinned(), bed.organisation()]
    org.move('second')
    await pass(bed, hour)
    bed.github.transfer(org.web, other.name)
    await settle()
    const third = org.move('third')
    await settle()

    const [request, ...more] = org.pulls(`${other.name}/web`)
    expect(more).toEqual([])
    expect(bed.github.files(`${other.name}/web`, request?.headBranch)['Dockerfile']).toBe(dockerfile(org, third))
  })

  it('that is archived before the delivery is not written to, and gets its pull request when it is opened up again', async () => {
    const org = await pinned()
    bed.github.archive(org.web)
    await bed.idle()
    org.move('second')
    await settle()
    expect(org.pulls(org.web)).toEqual([])
    expect(Object.keys(bed.github.branches(org.web))).toEqual(['main'])
    bed.github.archive(org.web, false)
    await settle()

    expect(org.open()).toHaveLength(1)
  })

  it('that is deleted in the middle of a delivery is forgotten without noise', async () => {
    const org = await pinned()
    org.move('second')
    let isDeleted = false
    const unhook = bed.github.onRequest((request, moment) => {
      if (isDeleted || moment !== 'after-apply' || !org.isFrom(request) || !rooted('createCommitOnBranch')(request)) return
      isDeleted = true
      bed.github.deleteRepo(org.web)
    })
    await settle()
    unhook()

    expect(isDeleted).toBe(true)
    expect(await bed.house.stores.repos.ofInstallation(org.installationId)).toEqual([])
  })
})

describe('what stands in the way', () => {
  it('look-ups of pull requests that lag behind lead to one pull request', async () => {
    const org = await pinned()
    bed.github.settings.pullRequestListLag = 3
    org.move('second')
    await pass(bed, hour)
    const third = org.move('third')
    await settle()
    bed.github.settings.pullRequestListLag = 0
    await settle()

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.offered()).toBe(dockerfile(org, third))
  })

  it('a branch named underpin changes the prefix of ours', async () => {
    const org = await pinned()
    bed.github.push(org.web, { branch: 'underpin', files: { 'notes.md': 'mine' }, author: 'maintainer' })
    const second = org.move('second')
    await settle()

    expect(org.pulls(org.web)).toHaveLength(1)
    expect(org.open()[0]?.headBranch).toMatch(/^underpin-/)
    expect(org.offered()).toBe(dockerfile(org, second))
  })

  it('a stranger’s branch under our name is left alone, and ours gets another name', async () => {
    const donor = await pinned()
    donor.move('second')
    await pass(bed, hour)
    const [owner = '', name = ''] = donor.web.split('/')
    const repo = await bed.house.stores.repos.find(owner, name)
    const [update] = repo === null ? [] : await bed.house.stores.updates.ofRepo(repo.id)
    const branch = update?.branch ?? ''
    const merged = bed.github.merge(donor.web, donor.open()[0]?.number ?? 0, 'maintainer')
    expect(merged).toBeTruthy()
    await bed.idle()
    const before = bed.github.commitAs(donor.web, branch, 'stranger', { 'evil.sh': 'x' })
    const third = donor.move('third')
    await settle()

    expect(bed.github.branches(donor.web)[branch]).toBe(before)
    expect(donor.open().map(({ headBranch }) => headBranch)).toEqual([`${branch}-2`])
    expect(donor.offered()).toBe(dockerfile(donor, third))
  })

  it('an executable Dockerfile keeps its mode', async () => {
    const org = await pinned()
    bed.github.push(org.web, { files: { Dockerfile: { content: dockerfile(org, org.first), mode: '100755' } } })
    await bed.idle()
    const second = org.move('second')
    await settle()

    expect(org.offered()).toBe(dockerfile(org, second))
    const repo = bed.github.repo(org.web)
    const commit = repo.resolve(org.open()[0]?.headBranch ?? '')
    expect(new Map(repo.git.files(commit?.tree ?? '')).get('Dockerfile')?.mode).toBe('100755')
  })

  it('a symlinked Dockerfile is left alone', async () => {
    const org = await pinned()
    bed.github.push(org.web, {
      files: { Dockerfile: null, 'real/Dockerfile': dockerfile(org, org.first), 'link/Dockerfile': { content: '../real/Dockerfile', mode: '120000' } },
    })
    await bed.idle()
    const second = org.move('second')
    await settle()

    const files = bed.github.files(org.web, org.open()[0]?.headBranch)
    expect(files['real/Dockerfile']).toBe(dockerfile(org, second))
    expect(files['link/Dockerfile']).toBe('../real/Dockerfile')
  })

  it('a file that changes and changes back while it is delivered still gets its pull request', async () => {
    const org = await pinned()
    const second = org.move('second')
    let isChanged = false
    bed.github.webhooks.knobs.drop = (event) => event === 'push'
    const unhook = bed.github.onRequest((request, moment) => {
      if (isChanged || !org.isFrom(request) || request.operation !== 'Standings') return
      if (moment === 'before-apply') bed.github.push(org.web, { files: { Dockerfile: '# not now\n' } })
      else {
        isChanged = true
        bed.github.push(org.web, { files: { Dockerfile: dockerfile(org, org.first) } })
      }
    })
    await settle()
    unhook()
    bed.github.webhooks.knobs.drop = () => false

    expect(org.offered()).toBe(dockerfile(org, second))
  })

  it('a tag that goes there and back and there again: our own closing is no refusal', async () => {
    const org = await pinned()
    const second = org.move('second')
    await pass(bed, hour)
    bed.registry.tag(`${org.name}/base`, '1', org.first)
    await pass(bed, hour)
    expect(org.open()).toEqual([])
    bed.registry.tag(`${org.name}/base`, '1', second)
    await settle()

    expect(org.offered()).toBe(dockerfile(org, second))
    expect(org.open()).toHaveLength(1)
  })

  it('a pull request closed while no webhook arrives, and a tag that moved on since, lead to one for the newest digest', async () => {
    const org = await pinned()
    org.move('second')
    await pass(bed, hour)
    bed.github.webhooks.knobs.drop = () => true
    bed.github.closePullRequest(org.web, org.open()[0]?.number ?? 0, 'maintainer')
    const third = org.move('third')
    await settle()
    bed.github.webhooks.knobs.drop = () => false

    expect(org.pulls(org.web)).toHaveLength(2)
    expect(org.offered()).toBe(dockerfile(org, third))
  })

  it('places taken by pull requests that were merged while no webhook arrived are given on', async () => {
    const org = await pinned({ '.github/underpin.yml': 'limits: { openPullRequests: 1, pullRequestsPerHour: 10 }\n' })
    const other = org.move('first', '2')
    bed.github.push(org.web, { files: { 'b/Dockerfile': `FROM ${org.image}:2@${other}\n` } })
    await bed.idle()
    org.move('second')
    org.move('second', '2')
    await pass(bed, hour)
    expect(org.open()).toHaveLength(1)
    bed.github.webhooks.knobs.drop = () => true
    bed.github.merge(org.web, org.open()[0]?.number ?? 0, 'maintainer')
    for (let hours = 0; hours < 3; hours++) await pass(bed, hour)
    bed.github.webhooks.knobs.drop = () => false

    expect(org.pulls(org.web)).toHaveLength(2)
    expect(org.open()).toHaveLength(1)
  })
})
