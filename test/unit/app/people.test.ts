/** What a policy says of how a pull request is offered: names of branches, words in front of titles, people, and files that GitHub keeps from us. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'
import { work } from '../../../src/domain/due-work.ts'
import { dockerfile, pass, pinned } from '../../support/pinned.ts'

const policyFile = '.github/underpin.yml'
let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

describe('a pull request', () => {
  it('has the prefixes of the policy, and is shown to its people once, those whom GitHub refuses left out', async () => {
    const policy = 'branchPrefix: deps/\ncommitPrefix: "chore(deps):"\nreviewers: [ann, nobody]\nassignees: [bob]\n'
    const org = await pinned(bed, { [policyFile]: policy })
    for (const login of ['ann', 'bob']) bed.github.repo(org.web).collaborators.add(login)
    org.move('second')
    await bed.pass(hour)
    const [pull] = org.open()
    expect(pull?.headBranch).toMatch(/^deps\/[a-z0-9-]+-[0-9a-f]{8}$/)
    expect(pull?.title).toMatch(/^chore\(deps\): Update /)
    expect(pull).toMatchObject({ reviewers: ['ann'], assignees: ['bob'] })
    const repo = bed.github.repo(org.web)
    expect(repo.git.needCommit(pull?.headOid ?? '').message).toMatch(/^chore\(deps\): Update /)

    if (pull !== undefined) pull.reviewers = []
    const third = org.move('third')
    await bed.pass(hour)
    expect(org.offered()).toBe(dockerfile(org, third))
    expect(org.open()[0]).toMatchObject({ number: pull?.number, reviewers: [] })

    bed.github.repo(org.web).collaborators.add('eve')
    bed.github.push(org.web, { files: { [policyFile]: policy.replace('nobody', 'eve') } })
    await bed.idle()
    await bed.pass(hour)
    expect(org.open()[0]).toMatchObject({ number: pull?.number, reviewers: ['eve'], assignees: ['bob'] })
  })

  it('goes to the people and labels that the rule of an image names', async () => {
    const org = await pinned(bed)
    const rule = `images:\n  - match: [${JSON.stringify(`${org.image.split('/')[0]}/**`)}]\n    labels: [base]\n    assignees: [ann]\n`
    bed.github.repo(org.web).collaborators.add('ann')
    bed.github.push(org.web, { files: { [policyFile]: rule } })
    await bed.idle()
    org.move('second')
    await bed.pass(hour)
    expect(org.open()[0]).toMatchObject({ labels: ['base'], assignees: ['ann'] })
  })

  it('leaves workflow files alone where the installation does not allow them, and moves the rest', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    bed.github.permit(org.installationId, { workflows: null })
    const workflow = `jobs:\n  test:\n    runs-on: ubuntu-latest\n    container: ${org.image}:1@${first}\n    steps: []\n`
    const web = org.repo('web', { Dockerfile: dockerfile(org, first), '.github/workflows/test.yml': workflow })
    await bed.idle()
    await bed.pass(hour)
    const second = org.move('second')
    await bed.pass(hour)
    const [pull] = org.pulls(web)
    const files = bed.github.files(web, pull?.headBranch ?? '')
    expect(files['Dockerfile']).toBe(dockerfile(org, second))
    expect(files['.github/workflows/test.yml']).toBe(workflow)
    const repo = await bed.house.stores.repos.find(...(web.split('/') as [string, string]))
    const decisions = await bed.house.stores.decisions.ofRepo(repo?.id ?? 0)
    expect(decisions.map(({ decision }) => decision.reasons[0]?.rule)).toContain('needs-workflows-permission')

    bed.github.permit(org.installationId, { workflows: 'write' })
    await bed.house.stores.dueWork.schedule([work('installation', org.installationId, bed.clock.now())])
    await pass(bed, 0)
    expect(bed.github.files(web, pull?.headBranch ?? '')['.github/workflows/test.yml']).toBe(workflow.replace(first, second))
  })
})
