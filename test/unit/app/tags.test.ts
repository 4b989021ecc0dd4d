/** Tags in the loop: newer tags where the policy lets them move, on a real PostgreSQL, a registry and a GitHub that enforces its rules. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { FileChanges } from '../../stand-ins/github/index.ts'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

const policyFile = '.github/underpin.yml'

async function stored(org: Organisation, name: string) {
  const repo = await bed.house.stores.repos.find(org.name, name)
  const decisions = repo === null ? [] : await bed.house.stores.decisions.ofRepo(repo.id)
  return decisions.filter(({ subject }) => subject.kind === 'image-use').map(({ decision }) => decision)
}
const reasons = async (org: Organisation, name = 'web') => (await stored(org, name)).map(({ kind, reasons: [reason] }) => `${kind} ${reason?.rule}`)
const text = async (org: Organisation, name = 'web') => (await stored(org, name))[0]?.reasons[0]?.text
const open = (repo: string) => bed.github.pullRequests(repo).filter(({ state }) => state === 'open')
const offered = (repo: string) => (open(repo)[0] === undefined ? null : bed.github.files(repo, open(repo)[0]?.headBranch)['Dockerfile'])
const lists = (org: Organisation) => bed.registry.requests.filter(({ path }) => path.includes(`/${org.name}/base/tags/list`)).length

/** A repo `web` on the image at `tag` with what its policy says, at rest. */
async function following(tag: string, policy: string, more: { readonly pin?: boolean; readonly files?: FileChanges } = {}) {
  const org = bed.organisation()
  const digest = org.move(tag, tag)
  const file = `FROM ${org.image}:${tag}${more.pin === false ? '' : `@${digest}`}\n`
  const web = org.repo('web', { Dockerfile: file, [policyFile]: policy, ...more.files })
  await bed.idle()
  return { org, web, digest }
}

describe('a repo whose policy follows minor versions', () => {
  it('gets one pull request from tag to tag with the digest, which moves on to the next tag', async () => {
    const { org, web } = await following('3.12.4', 'follow: minor\n')
    expect(await reasons(org)).toEqual(['current up-to-date'])
    org.move('4.0.0', '4.0.0')
    const second = org.move('3.12.5', '3.12.5')
    await bed.pass(3 * hour)

    expect(offered(web)).toBe(`FROM ${org.image}:3.12.5@${second}\n`)
    expect(open(web)[0]?.title).toContain('base:3.12.4 to 3.12.5')
    const { number } = open(web)[0]!
    const third = org.move('3.13.1', '3.13.1')
    await bed.pass(3 * hour)

    expect(bed.github.pullRequests(web)).toHaveLength(1)
    expect(open(web)[0]).toMatchObject({ number, title: expect.stringContaining('base:3.12.4 to 3.13.1') })
    expect(offered(web)).toBe(`FROM ${org.image}:3.13.1@${third}\n`)
    bed.github.merge(web, number, 'maintainer')
    await bed.pass(3 * hour)
    expect(await reasons(org)).toEqual(['current up-to-date'])
    const fourth = org.move('3.13.2', '3.13.2')
    await bed.pass(3 * hour)
    expect(offered(web)).toBe(`FROM ${org.image}:3.13.2@${fourth}\n`)
  })

  it('follows the digest of the candidate, and of its own tag where there is no newer one', async () => {
    const { org, web } = await following('1.2.0', 'follow: minor\n')
    const rebuilt = org.move('1.2.0 again', '1.2.0')
    await bed.pass(3 * hour)
    expect(offered(web)).toBe(`FROM ${org.image}:1.2.0@${rebuilt}\n`)
    org.move('1.3.0', '1.3.0')
    await bed.pass(3 * hour)
    const again = org.move('1.3.0 again', '1.3.0')
    await bed.pass(hour)

    expect(offered(web)).toBe(`FROM ${org.image}:1.3.0@${again}\n`)
    expect(bed.github.pullRequests(web)).toHaveLength(1)
  })

  it('is not offered a tag again that a person refused, and follows the digest of its own until there is a newer one', async () => {
    const { org, web } = await following('1.2.0', 'follow: minor\n')
    org.move('1.3.0', '1.3.0')
    await bed.pass(3 * hour)
    bed.github.closePullRequest(web, open(web)[0]!.number, 'maintainer')
    await bed.idle()
    org.move('1.3.0 again', '1.3.0')
    await bed.pass(3 * hour)
    expect(open(web)).toEqual([])
    const rebuilt = org.move('1.2.0 again', '1.2.0')
    await bed.pass(3 * hour)
    expect(offered(web)).toBe(`FROM ${org.image}:1.2.0@${rebuilt}\n`)
    const next = org.move('1.4.0', '1.4.0')
    await bed.pass(3 * hour)

    expect(offered(web)).toBe(`FROM ${org.image}:1.4.0@${next}\n`)
  })

  it('is moved without a digest where it has none', async () => {
    const { org, web } = await following('1.2.0', 'follow: minor\n', { pin: false })
    expect(await reasons(org)).toEqual(['current floating'])
    org.move('1.3.0', '1.3.0')
    await bed.pass(3 * hour)
    expect(offered(web)).toBe(`FROM ${org.image}:1.3.0\n`)
    bed.github.closePullRequest(web, open(web)[0]!.number, 'maintainer')
    bed.github.push(web, { files: { Dockerfile: `# a comment\nFROM ${org.image}:1.2.0\n` } })
    org.move('1.3.0 again', '1.3.0')
    await bed.pass(3 * hour)

    expect(open(web)).toEqual([])
    expect(await reasons(org)).toEqual(['current floating'])
  })

  it('passes over a tag that is listed and not served', async () => {
    const { org, web } = await following('1.2.0', 'follow: minor\n')
    const served = org.move('1.3.0', '1.3.0')
    org.move('1.4.0', '1.4.0')
    const mend = bed.registry.script({ path: `/${org.name}/base/manifests/1.4.0` }, { kind: 'status', status: 404 })
    await bed.pass(3 * hour)
    await bed.pass(3 * hour)
    expect(offered(web)).toBe(`FROM ${org.image}:1.3.0@${served}\n`)
    expect(open(web)[0]?.body).toContain('cannot be pulled')
    mend()
    await bed.pass(3 * hour)

    expect(offered(web)).toContain('base:1.4.0@')
  })

  it('follows the digest where the registry does not say which tags there are', async () => {
    const org = bed.organisation()
    const mend = bed.registry.script({ path: `/${org.name}/base/tags/list` }, { kind: 'status', status: 403 })
    const first = org.move('1.2.0', '1.2.0')
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1.2.0@${first}\n`, [policyFile]: 'follow: minor\n' })
    await bed.idle()
    org.move('1.3.0', '1.3.0')
    const second = org.move('1.2.0 again', '1.2.0')
    await bed.pass(hour)
    expect(offered(web)).toBe(`FROM ${org.image}:1.2.0@${second}\n`)
    mend()
    await bed.pass(3 * hour)

    expect(offered(web)).toContain('base:1.3.0@')
  })

  it('goes back to the digest of its tag when the policy changes its mind', async () => {
    const { org, web } = await following('1.2.0', 'follow: minor\n')
    org.move('1.3.0', '1.3.0')
    await bed.pass(3 * hour)
    expect(open(web)).toHaveLength(1)
    bed.github.push(web, { files: { [policyFile]: 'follow: digest\n' } })
    await bed.pass(3 * hour)
    const before = lists(org)
    await bed.pass(3 * hour)

    expect(open(web)).toEqual([])
    expect(await reasons(org)).toEqual(['current up-to-date'])
    expect(lists(org)).toBe(before)
  })
})

describe('a tag that vanished', () => {
  it('is held with what could take its place, and moves on once the policy lets it', async () => {
    const { org, web } = await following('1.2.0', 'labels: [images]\n')
    org.move('1.3.0', '1.3.0')
    bed.registry.untag(`${org.name}/base`, '1.2.0')
    await bed.pass(hour)
    await bed.pass(hour)
    expect(await reasons(org)).toEqual(['hold vanished-tag'])
    expect(await text(org)).toContain('`follow: minor` for it in the policy file it would move to')
    expect(await text(org)).toContain('can still be pulled')
    expect(lists(org)).toBe(1)
    bed.github.push(web, { files: { [policyFile]: 'follow: minor\n' } })
    await bed.pass(hour)

    expect(offered(web)).toContain('base:1.3.0@')
    expect(open(web)[0]?.body).toContain('is not in the registry any more')
  })

  it('that takes the pinned digest along is held as gone, and is current again once both are back', async () => {
    const { org, web, digest } = await following('1.2.0', '')
    org.move('other', '2.0.0')
    bed.registry.untag(`${org.name}/base`, '1.2.0')
    const mend = bed.registry.script({ path: `/manifests/${digest}` }, { kind: 'status', status: 404 })
    await bed.pass(hour)
    await bed.pass(25 * hour)
    expect(await reasons(org)).toEqual(['hold gone-digest'])
    expect(await text(org)).toContain('so the file cannot be built')
    mend()
    bed.registry.tag(`${org.name}/base`, '1.2.0', digest)
    await bed.pass(hour)
    await bed.pass(hour)

    expect(await reasons(org)).toEqual(['current up-to-date'])
    expect(bed.github.pullRequests(web)).toEqual([])
  })
})

describe('a pinned digest', () => {
  const heads = (digest: string) => bed.registry.requests.filter(({ method, path }) => method === 'HEAD' && path.endsWith(digest)).length

  it('is asked for once a day, whatever the number of repos, and not at all while the tag shows it', async () => {
    const { org, digest, web } = await following('1', '')
    org.repo('second', { Dockerfile: `FROM ${org.image}:1@${digest}\n` })
    for (let days = 0; days < 2; days++) await bed.pass(25 * hour)
    expect(heads(digest)).toBe(0)
    org.move('news', '1')
    await bed.pass(hour)
    expect(open(web)).toHaveLength(1)
    for (let day = 1; day <= 2; day++) {
      for (let hours = 0; hours < 5; hours++) await bed.pass(5 * hour)
      expect(heads(digest)).toBe(day)
    }
  })

  it('that is gone is moved at once, in words that say so, though the policy has a schedule', async () => {
    const policy = 'schedule: { at: "0 0 1 1 *", window: 15m }\n'
    const { org, digest, web } = await following('1', policy)
    const second = org.move('news', '1')
    await bed.pass(hour)
    expect(await reasons(org)).toEqual(['hold schedule'])
    bed.registry.deleteManifest(`${org.name}/base`, digest)
    await bed.pass(25 * hour)

    expect(await reasons(org)).toEqual(['update gone-digest'])
    expect(offered(web)).toBe(`FROM ${org.image}:1@${second}\n`)
    expect(open(web)[0]?.body).toContain('cannot be pulled any more')
  })
})

describe('a tag that went back', () => {
  it('is held, closes the pull request to what was withdrawn, and goes on with the next digest', async () => {
    const { org, digest: first, web } = await following('1', '')
    const second = org.move('second', '1')
    await bed.pass(hour)
    bed.github.merge(web, open(web)[0]!.number, 'maintainer')
    await bed.pass(hour)
    org.move('third', '1')
    await bed.pass(hour)
    expect(open(web)).toHaveLength(1)
    bed.registry.tag(`${org.name}/base`, '1', first)
    await bed.pass(hour)
    await bed.pass(hour)

    expect(await reasons(org)).toEqual(['hold moved-back'])
    expect(open(web)).toEqual([])
    const fourth = org.move('fourth', '1')
    await bed.pass(hour)
    expect(offered(web)).toBe(`FROM ${org.image}:1@${fourth}\n`)
    bed.registry.tag(`${org.name}/base`, '1', first)
    bed.registry.deleteManifest(`${org.name}/base`, second)
    await bed.pass(25 * hour)
    expect(await reasons(org)).toEqual(['update gone-digest'])
    expect(offered(web)).toBe(`FROM ${org.image}:1@${first}\n`)
  })

  it('and forth again is followed forwards', async () => {
    const { org, digest: first, web } = await following('1', '')
    const second = org.move('second', '1')
    await bed.pass(hour)
    for (const digest of [first, second]) {
      bed.registry.tag(`${org.name}/base`, '1', digest)
      await bed.pass(hour)
    }

    expect(offered(web)).toBe(`FROM ${org.image}:1@${second}\n`)
  })
})

describe('a digest without a tag', () => {
  it('follows a tag that another repo taught us, and gets no tag', async () => {
    const { org, digest } = await following('3.12-slim', '')
    const alone = org.repo('alone', { Dockerfile: `FROM ${org.image}@${digest}\n` })
    await bed.idle()
    expect(await reasons(org, 'alone')).toEqual(['current up-to-date'])
    expect(await text(org, 'alone')).toContain(':3.12-slim shows now')
    const second = org.move('second', '3.12-slim')
    await bed.pass(hour)

    expect(offered(alone)).toBe(`FROM ${org.image}@${second}\n`)
    expect(open(alone)[0]?.body).toContain('showed until')
    expect(lists(org)).toBe(0)
    bed.github.merge(alone, open(alone)[0]!.number, 'maintainer')
    await bed.pass(hour)
    expect(await reasons(org, 'alone')).toEqual(['current up-to-date'])
  })

  it('is looked for among the tags of the registry, once, and follows what is found', async () => {
    const org = bed.organisation()
    for (const tag of ['latest', '1', '1.1']) org.move(tag, tag)
    const digest = org.move('1.0', '1.0')
    const files = { Dockerfile: `FROM ${org.image}@${digest}\n` }
    const repos = [org.repo('alone', files), org.repo('too', files)]
    await bed.idle()
    expect(await reasons(org, 'alone')).toEqual(['current up-to-date'])
    expect(lists(org)).toBe(1)
    const second = org.move('second', '1.0')
    await bed.pass(hour)

    for (const repo of repos) expect(offered(repo)).toBe(`FROM ${org.image}@${second}\n`)
  })

  it('that no tag shows is skipped with what to write, and twenty tags a day are asked', async () => {
    const org = bed.organisation()
    const digest = org.move('lost', 'lost')
    bed.registry.untag(`${org.name}/base`, 'lost')
    for (let minor = 0; minor < 45; minor++) bed.registry.tag(`${org.name}/base`, `1.${minor}`, org.move('other', 'other'))
    org.repo('alone', { Dockerfile: `FROM ${org.image}@${digest}\n` })
    const heads = () => bed.registry.requests.filter(({ method, path }) => method === 'HEAD' && path.includes(`/${org.name}/base/`)).length
    const asked: number[] = []
    await bed.idle()
    asked.push(heads())
    for (let days = 0; days < 4; days++) {
      await bed.pass(25 * hour)
      asked.push(heads())
    }

    expect(asked).toEqual([20, 40, 46, 46, 46])
    expect(await reasons(org, 'alone')).toEqual(['skip no-tag'])
  })
})

describe('what a list of tags costs', () => {
  it('is one request for all repos that want it, and none where nobody does', async () => {
    const org = bed.organisation()
    const first = org.move('1.0.0', '1.0.0')
    const files = { Dockerfile: `FROM ${org.image}:1.0.0@${first}\n` }
    for (let index = 0; index < 6; index++) org.repo(`plain${index}`, files)
    await bed.idle()
    await bed.pass(3 * hour)
    expect(lists(org)).toBe(0)
    const repos = Array.from({ length: 6 }, (_, index) => org.repo(`web${index}`, { ...files, [policyFile]: 'follow: minor\n' }))
    await bed.idle()
    expect(lists(org)).toBe(1)
    org.move('1.1.0', '1.1.0')
    const before = bed.registry.requests.length
    await bed.pass(3 * hour)

    for (const repo of repos) expect(offered(repo)).toContain('base:1.1.0@')
    const asked = bed.registry.requests.slice(before).filter(({ path }) => path.includes(`/${org.name}/base/`))
    expect(asked.filter(({ path }) => path.includes('/tags/list'))).toHaveLength(1)
    // The tag of the files, and the newer one, which repos may still begin to want while it is asked for the first time.
    const heads = asked.filter(({ method }) => method === 'HEAD').map(({ path }) => path.split('/').at(-1))
    expect([...new Set(heads)].sort()).toEqual(['1.0.0', '1.1.0'])
    expect(heads.length).toBeLessThanOrEqual(4)
  })
})
