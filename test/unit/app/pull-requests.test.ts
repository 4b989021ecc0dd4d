/** Pull requests end to end: webhook to branch, on a real PostgreSQL and a GitHub that enforces its rules. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

/** A repo pinned to the first image, and the tag moved on to the second. */
async function movedOnce(): Promise<Organisation & { readonly web: string; readonly first: string; readonly second: string }> {
  const org = bed.organisation()
  const first = org.move('first')
  const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${first}\nRUN make\n` })
  await bed.idle()
  const second = org.move('second')
  await bed.pass(hour)
  return { ...org, web, first, second }
}

const open = (org: Organisation, repo: string) => org.pulls(repo).filter(({ state }) => state === 'open')

describe('a moved tag', () => {
  it('becomes one pull request that changes the digest and nothing else', async () => {
    const { web, image, second, pulls } = await movedOnce()

    expect(pulls(web)).toHaveLength(1)
    const [request] = pulls(web)
    expect(bed.github.files(web, request?.headBranch)).toEqual({ Dockerfile: `FROM ${image}:1@${second}\nRUN make\n` })
    expect(request?.title).toContain('Update')
    expect(request?.body).toContain(second)
  })

  it('that moves again moves the open pull request and does not open a second', async () => {
    const org = await movedOnce()
    const third = org.move('third')
    await bed.pass(hour)

    expect(org.pulls(org.web)).toHaveLength(1)
    const [request] = org.pulls(org.web)
    expect(bed.github.files(org.web, request?.headBranch)['Dockerfile']).toBe(`FROM ${org.image}:1@${third}\nRUN make\n`)
    expect(request?.body).toContain(third)
    expect(request?.body).not.toContain(org.second)
  })

  it('that moves back to the pinned digest closes the pull request', async () => {
    const org = await movedOnce()
    bed.registry.tag(`${org.name}/base`, '1', org.first)
    await bed.pass(hour)

    expect(open(org, org.web)).toEqual([])
    expect(Object.keys(bed.github.branches(org.web))).toEqual(['main'])
  })

  it('is found by the look-up when no webhook arrives', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { Dockerfile: 'FROM scratch\n' })
    await bed.idle()
    bed.github.webhooks.knobs.drop = () => true
    bed.github.push(web, { files: { Dockerfile: `FROM ${org.image}:1@${first}\n` } })
    org.move('second')
    await bed.pass(hour)
    bed.github.webhooks.knobs.drop = () => false

    expect(org.pulls(web)).toHaveLength(1)
  })
})

describe('what a person does to a pull request', () => {
  it('closing it says no to that digest, not to the next one', async () => {
    const org = await movedOnce()
    bed.github.closePullRequest(org.web, org.pulls(org.web)[0]?.number ?? 0, 'maintainer')
    await bed.pass(hour)
    expect(open(org, org.web)).toEqual([])

    org.move('third')
    await bed.pass(hour)
    expect(open(org, org.web)).toHaveLength(1)
  })

  it('merging it ends the update, and the next move opens another', async () => {
    const org = await movedOnce()
    bed.github.merge(org.web, org.pulls(org.web)[0]?.number ?? 0, 'maintainer')
    await bed.pass(hour)
    expect(open(org, org.web)).toEqual([])

    org.move('third')
    await bed.pass(hour)
    expect(open(org, org.web)).toHaveLength(1)
    expect(org.pulls(org.web)).toHaveLength(2)
  })

  it('committing on the branch means hands off, said once', async () => {
    const org = await movedOnce()
    const [request] = org.pulls(org.web)
    bed.github.commitAs(org.web, request?.headBranch ?? '', 'maintainer', { 'NOTES.md': 'mine' })
    org.move('third')
    await bed.pass(hour)
    org.move('fourth')
    await bed.pass(hour)

    expect(bed.github.files(org.web, request?.headBranch)).toMatchObject({ 'NOTES.md': 'mine', Dockerfile: `FROM ${org.image}:1@${org.second}\nRUN make\n` })
    expect(org.pulls(org.web)[0]?.comments).toHaveLength(1)
  })

  it('changing the file on the base branch moves the pull request along', async () => {
    const org = await movedOnce()
    bed.github.push(org.web, { files: { Dockerfile: `# new\nFROM ${org.image}:1@${org.first}\nRUN make\n` } })
    await bed.idle()

    expect(open(org, org.web)).toHaveLength(1)
    expect(bed.github.files(org.web, org.pulls(org.web)[0]?.headBranch)['Dockerfile']).toBe(`# new\nFROM ${org.image}:1@${org.second}\nRUN make\n`)
  })
})

describe('answers that get lost', () => {
  for (const operation of ['createCommitOnBranch', 'createPullRequest']) {
    it(`${operation} applied but unanswered leads to exactly one pull request`, async () => {
      const org = bed.organisation()
      const first = org.move('first')
      const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${first}\n` })
      await bed.idle()
      org.move('second')
      const restore = bed.github.fail({ match: ({ rootFields }) => rootFields.includes(operation), when: 'after-apply', action: 'reset', times: 1 })
      await bed.pass(hour)
      await bed.pass(60_000)
      restore()

      expect(org.pulls(web)).toHaveLength(1)
      expect(open(org, web)).toHaveLength(1)
    })
  }

  it('a branch made without its commit is completed', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${first}\n` })
    await bed.idle()
    const second = org.move('second')
    const restore = bed.github.fail({
      match: ({ rootFields }) => rootFields.includes('createCommitOnBranch'),
      when: 'before-apply',
      action: { status: 502 },
      times: 1,
    })
    await bed.pass(hour)
    await bed.pass(60_000)
    restore()

    expect(bed.github.files(web, org.pulls(web)[0]?.headBranch)['Dockerfile']).toBe(`FROM ${org.image}:1@${second}\n`)
  })
})

describe('first contact', () => {
  it('leaves archived repos and forks alone', async () => {
    const org = bed.organisation()
    const files = { Dockerfile: `FROM ${org.image}:1@${org.move('first')}\n` }
    const repos = [org.repo('old', files, { archived: true }), org.repo('copy', files, { fork: true })]
    await bed.idle()
    org.move('second')
    await bed.pass(hour)

    for (const repo of repos) expect(org.pulls(repo)).toEqual([])
  })

  it('does not pin floating tags unasked', async () => {
    const org = bed.organisation()
    org.move('first')
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1\n` })
    await bed.pass(hour)

    expect(org.pulls(web)).toEqual([])
  })

  it('opens no more pull requests than the policy allows, and the next when one is merged', async () => {
    const org = bed.organisation()
    const lines = ['1', '2', '3'].map((tag) => `FROM ${org.image}:${tag}@${org.move('first', tag)}`)
    const policy = 'limits: { openPullRequests: 1, pullRequestsPerHour: 10 }\n'
    const web = org.repo('web', { Dockerfile: `${lines.join('\n')}\n`, '.github/underpin.yml': policy })
    await bed.idle()
    for (const tag of ['1', '2', '3']) org.move('second', tag)
    await bed.pass(hour)
    expect(open(org, web)).toHaveLength(1)

    bed.github.merge(web, open(org, web)[0]?.number ?? 0, 'maintainer')
    await bed.idle()
    expect(open(org, web)).toHaveLength(1)
    expect(org.pulls(web)).toHaveLength(2)
  })
})

describe('the policy file', () => {
  it('that is broken gives one issue naming the line, and the last good policy stays in force', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${first}\n`, '.github/underpin.yml': 'labels: [images]\n' })
    await bed.idle()
    bed.github.push(web, { files: { '.github/underpin.yml': 'labels: [images]\nlimitz: {}\n' } })
    await bed.idle()
    bed.github.push(web, { files: { '.github/underpin.yml': 'labels: [images]\n\nlimitz: {}\n' } })
    await bed.idle()
    org.move('second')
    await bed.pass(hour)

    const issues = bed.github.issues(web)
    expect(issues).toHaveLength(1)
    expect(issues[0]?.body).toContain('underpin.yml:3')
    expect(org.pulls(web)[0]?.labels).toEqual(['images'])

    bed.github.push(web, { files: { '.github/underpin.yml': 'labels: [images]\n' } })
    await bed.idle()
    expect(bed.github.issues(web)[0]?.state).toBe('closed')
  })

  it('chooses the branch that is watched and changed', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { 'README.md': 'hello', '.github/underpin.yml': 'baseBranch: release\n' })
    bed.github.push(web, { branch: 'release', files: { Dockerfile: `FROM ${org.image}:1@${first}\n` } })
    await bed.pass(hour)
    org.move('second')
    await bed.pass(hour)

    expect(org.pulls(web)).toHaveLength(1)
    expect(org.pulls(web)[0]?.baseBranch).toBe('release')
  })
})
