/** Repos whose policy names several base branches, or stands in the owner's `.github` repo. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'
import { dockerfile } from '../../support/pinned.ts'
import { compareNow, lookOf } from '../../support/looks.ts'

const policyFile = '.github/underpin.yml'
let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => {
  bed.github.webhooks.knobs.drop = () => false
  bed.github.assertNoViolations()
})

const look = (name: string) => lookOf(bed, name)
const compare = (installationId: number) => compareNow(bed, installationId)
const open = (org: Organisation, name: string) =>
  org
    .pulls(name)
    .filter(({ state }) => state === 'open')
    .map(({ baseBranch: base, headBranch }) => ({ base, headBranch }))

describe('several base branches', () => {
  it('have one pull request each, and a branch that is named no more loses its own', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { Dockerfile: dockerfile(org, first), [policyFile]: 'baseBranches: [main, release-1]\n' })
    bed.github.push(web, { branch: 'release-1', files: { Dockerfile: dockerfile(org, first), 'old/Dockerfile': dockerfile(org, first) } })
    await bed.idle()
    await bed.pass(hour)
    expect((await look(web)).branches.map(({ branch, uses }) => [branch, uses.map(({ file }) => file)])).toEqual([
      ['main', ['Dockerfile']],
      ['release-1', ['Dockerfile', 'old/Dockerfile']],
    ])
    const second = org.move('second')
    await bed.pass(hour)
    const opened = open(org, web)
    expect(opened.map(({ base }) => base).sort()).toEqual(['main', 'release-1'])
    const release = opened.find(({ base }) => base === 'release-1')
    expect(bed.github.files(web, release?.headBranch ?? '')['old/Dockerfile']).toBe(dockerfile(org, second))

    bed.github.push(web, { files: { [policyFile]: 'baseBranches: [main]\n' } })
    await bed.idle()
    await bed.pass(hour)
    expect(open(org, web).map(({ base }) => base)).toEqual(['main'])
  })

  it('that is deleted takes its pull request along, and nobody has refused what it offered', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { 'README.md': 'hello\n', [policyFile]: 'baseBranches: [main, release-1]\n' })
    bed.github.push(web, { branch: 'release-1', files: { Dockerfile: dockerfile(org, first) } })
    await bed.idle()
    await bed.pass(hour)
    org.move('second')
    await bed.pass(hour)
    const [pull] = org.pulls(web)
    expect(pull).toMatchObject({ state: 'open', baseBranch: 'release-1' })
    bed.github.repo(web).refs.delete('refs/heads/release-1')
    bed.github.closePullRequest(web, pull?.number ?? 0)
    await bed.idle()
    const { repos, updates } = bed.house.stores
    const [update] = await updates.ofRepo((await repos.find(org.name, 'web'))?.id ?? 0)
    expect(update).toMatchObject({ state: 'closed', refusedDigests: [] })
  })

  it('are followed where one is absent, which is said, and the absent one when it appears', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'baseBranches: [main, next]\nlabels: [images]\n' })
    await bed.idle()
    expect(await look(web)).toMatchObject({
      branches: [{ branch: 'main' }],
      absentBranches: ['next'],
      policy: { labels: ['images'] },
      policyProblem: `${policyFile}: baseBranches: there is no branch "next"`,
    })
    bed.github.webhooks.knobs.drop = () => true
    bed.github.push(web, { branch: 'next', files: { Dockerfile: 'FROM alpine:3\nRUN true\n' } })
    await compare(org.installationId)
    expect(await look(web)).toMatchObject({ branches: [{ branch: 'main' }, { branch: 'next' }], absentBranches: [], policyProblem: null })
  })

  it('are looked into when one that is not the default moves', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'baseBranches: [main, next]\n' })
    bed.github.push(web, { branch: 'next', files: { Dockerfile: 'FROM alpine:3\nRUN true\n' } })
    await bed.idle()
    bed.github.push(web, { branch: 'next', files: { 'api/Dockerfile': 'FROM alpine:3\n' } })
    await bed.idle()
    expect((await look(web)).branches[1]?.uses.map(({ file }) => file)).toEqual(['Dockerfile', 'api/Dockerfile'])
  })
})

describe("the policy of the owner's .github repo", () => {
  it('is in force where a policy extends it, follows its changes, and is nobody else’s', async () => {
    const org = bed.organisation()
    org.repo('.github', { [policyFile]: 'labels: [from-everywhere]\nlimits: { openPullRequests: 3 }\n' })
    await bed.idle()
    const web = org.repo('web', { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'extends: .github\nlimits: { openPullRequests: 1 }\n' })
    const plain = org.repo('plain', { Dockerfile: 'FROM alpine:3\n' })
    await bed.idle()
    expect(await look(web)).toMatchObject({ policyProblem: null, policy: { labels: ['from-everywhere'], maxOpenPullRequests: 1 } })
    expect((await look(plain)).policy.labels).toEqual([])

    bed.github.push(`${org.name}/.github`, { files: { [policyFile]: 'labels: [other]\n' } })
    await bed.idle()
    expect((await look(web)).policy.labels).toEqual(['other'])

    bed.github.webhooks.knobs.drop = () => true
    bed.github.push(`${org.name}/.github`, { files: { [policyFile]: 'labels: [last]\n' } })
    await compare(org.installationId)
    expect((await look(web)).policy.labels).toEqual(['last'])
  })

  it('that is not there, or broken, is a problem of the repo that extends it', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'extends: .github\n' })
    await bed.idle()
    expect((await look(web)).policyProblem).toContain('.github')
    expect((await look(web)).policy.enabled).toBe(false)
    org.repo('.github', { [policyFile]: 'labelz: []\n' })
    await bed.idle()
    expect((await look(web)).policyProblem).toContain('labelz')
    bed.github.push(`${org.name}/.github`, { files: { [policyFile]: 'labels: [fine]\n' } })
    await bed.idle()
    expect(await look(web)).toMatchObject({ policyProblem: null, policy: { enabled: true, labels: ['fine'] } })
  })

  it('that is private keeps its words to itself', async () => {
    const org = bed.organisation()
    org.repo('.github', { [policyFile]: 'labelz: []\n' }, { private: true })
    await bed.idle()
    const web = org.repo('web', { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'extends: .github\n' })
    await bed.idle()
    const said = `${policyFile}: extends: ${org.name}/.github:${policyFile} has mistakes, which an issue there names`
    expect((await look(web)).policyProblem).toBe(said)
    expect(bed.github.issues(web)[0]?.body).not.toContain('labelz')
    expect(bed.github.issues(`${org.name}/.github`)[0]?.body).toContain('labelz')
  })

  it('costs those who extend it nothing while the file stays as it is, and one reading for all of a batch when it changes', async () => {
    const org = bed.organisation()
    org.repo('.github', { [policyFile]: 'labels: [all]\n' })
    await bed.idle()
    const repos = ['a', 'b', 'c', 'd'].map((name) => org.repo(name, { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'extends: .github\n' }))
    await bed.idle()
    const asked = async (work: () => void) => {
      const from = bed.github.journal.entries.length
      work()
      await compare(org.installationId)
      return bed.github.journal.entries.slice(from).filter(({ what }) => what === 'Trees').length
    }
    bed.github.webhooks.knobs.drop = () => true
    expect(await asked(() => bed.github.push(`${org.name}/.github`, { files: { 'README.md': 'hello\n' } }))).toBe(1)
    // The `.github` repo itself, the four that extend it, and the file that they extend, once.
    expect(await asked(() => bed.github.push(`${org.name}/.github`, { files: { [policyFile]: 'labels: [other]\n' } }))).toBe(3)
    for (const name of repos) expect((await look(name)).policy.labels).toEqual(['other'])
  })

  it('stays in force when the repo gets another name, which is said, and a public one of somebody else is not read', async () => {
    const org = bed.organisation()
    const home = org.repo('.github', { [policyFile]: 'labels: [ours]\n' })
    await bed.idle()
    const web = org.repo('web', { Dockerfile: 'FROM alpine:3\n', [policyFile]: 'extends: .github\n' })
    await bed.idle()
    bed.github.webhooks.knobs.drop = () => true
    const { id } = bed.github.repo(home)
    bed.github.transfer(home, 'strangers')
    bed.github.push('strangers/.github', { files: { [policyFile]: 'labels: [theirs]\n' } })
    bed.github.webhooks.knobs.drop = () => false
    bed.github.push(web, { files: { [policyFile]: 'extends: .github\nlimits: {}\n' } })
    await bed.idle()
    expect(await look(web)).toMatchObject({ policyProblem: expect.stringContaining('is not there'), policy: { labels: ['ours'] } })
    bed.github.transfer('strangers/.github', org.name)
    await bed.idle()
    expect(await look(web)).toMatchObject({ policyProblem: null, policy: { labels: ['theirs'] }, extended: { repoId: id } })

    bed.github.rename(home, 'dot-github')
    await bed.idle()
    expect(await look(web)).toMatchObject({ policyProblem: expect.stringContaining('is not there'), policy: { labels: ['theirs'] } })
  })
})

describe('files beside Dockerfiles', () => {
  it('are read with what they need, and of those that name no image only the blob is kept', async () => {
    const org = bed.organisation()
    const web = org.repo('web', {
      'compose.yml': 'services: { db: { image: "postgres:${PG:-16}" } }\n',
      '.env': 'PG=17\n',
      'docs/.env': 'SECRET=1\n',
      'openapi.yaml': 'openapi: 3.1.0\n',
      'pod.yaml': 'apiVersion: v1\nkind: Pod\nspec: { containers: [{ name: web, image: nginx:1.27 }] }\n',
    })
    await bed.idle()
    const [{ files, uses }] = (await look(web)).branches
    expect(uses.map(({ file, reference }) => [file, reference?.tag])).toEqual([
      ['compose.yml', '17'],
      ['pod.yaml', '1.27'],
    ])
    expect(files.map(({ path, bytes }) => [path, bytes === null])).toEqual([
      ['.env', false],
      ['compose.yml', false],
      ['openapi.yaml', true],
      ['pod.yaml', false],
    ])
    const before = bed.github.journal.entries.length
    bed.github.push(web, { files: { 'openapi.yaml': 'openapi: 3.1.1\n' } })
    await bed.idle()
    const asked = (from: number) => bed.github.journal.entries.slice(from).map(({ what }) => what)
    expect(asked(before)).toEqual(expect.arrayContaining(['Trees', 'Blobs']))
    const again = bed.github.journal.entries.length
    bed.github.push(web, { files: { 'README.md': 'hello', 'compose.yml': 'services: {}\n' } })
    await bed.idle()
    // Of what names no image the blob is known.
    expect((await look(web)).branches[0].files.map(({ path }) => path)).toContain('openapi.yaml')
    expect(asked(again).filter((what) => what === 'Blobs')).toHaveLength(2)
  })

  it('are read anew where a file that names no image there gets a name by which it does, or is the policy', async () => {
    const compose = 'services: { db: { image: "postgres:16" } }\n'
    const policy = 'labels: [copied]\n'
    const web = bed.organisation().repo('web', { 'deploy/database.yaml': compose, 'docs/policy.yaml': policy })
    await bed.idle()
    expect((await look(web)).branches[0].uses).toEqual([])
    bed.github.push(web, { files: { 'deploy/database.yaml': null, 'compose.yaml': compose, [policyFile]: policy } })
    await bed.idle()
    const { branches, policy: found } = await look(web)
    expect(branches[0].uses.map(({ file, reference }) => [file, reference?.tag])).toEqual([['compose.yaml', '16']])
    expect(found.labels).toEqual(['copied'])
  })
})
