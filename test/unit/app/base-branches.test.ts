/** Repos whose policy names several base branches, or stands in the owner's `.github` repo. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { work } from '../../../src/domain/due-work.ts'
import type { Discovery } from '../../../src/ports/repo-store.ts'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'
import { dockerfile, pass } from '../../support/pinned.ts'

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

async function look(name: string): Promise<Discovery> {
  const [owner = '', repo = ''] = name.split('/')
  const { repos } = bed.house.stores
  const found = await repos.discovery((await repos.find(owner, repo))?.id ?? 0)
  if (found === null) throw new Error(`nobody looked into ${name}`)
  return found
}
const open = (org: Organisation, name: string) =>
  org
    .pulls(name)
    .filter(({ state }) => state === 'open')
    .map(({ baseBranch: base, headBranch }) => ({ base, headBranch }))
const compare = async (installationId: number) => {
  await bed.house.stores.dueWork.schedule([work('installation', installationId, bed.clock.now())])
  await pass(bed, 0)
}

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
    bed.github.push(web, { files: { [policyFile]: 'extends: .github\nlabels: [own]\n' } })
    await bed.idle()
    expect((await look(web)).policyProblem).toContain('labelz')
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
})
