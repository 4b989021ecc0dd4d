/** Rebuilds end to end: by schedule, by a floating base that moved, and exactly once whatever gets lost. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, type Organisation, startAppBed, week } from '../../support/app-bed.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed({ operatorFile: 'dispatchLookupSeconds: 2' })
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

const day = 24 * hour
const workflow = 'on:\n  workflow_dispatch:\n    inputs:\n      no-cache: { type: boolean }\njobs: {}\n'
const policy = (rebuild: string) => `rebuild: ${rebuild}\n`

/** A repo that nobody has touched for 400 days, whose base floats. */
function maintained(
  org: Organisation,
  rebuild = '{ schedule: weekly, workflow: build.yml, inputs: { no-cache: true } }',
  files: Record<string, string> = {},
): string {
  org.move('first')
  const content = {
    Dockerfile: `FROM ${org.image}:1\nRUN apt-get upgrade -y\n`,
    '.github/underpin.yml': policy(rebuild),
    '.github/workflows/build.yml': workflow,
    ...files,
  }
  return org.repo('legacy', content, { pushedAt: new Date(bed.clock.now().getTime() - 400 * day) })
}

async function rebuildsOf(repo: string) {
  const [owner = '', name = ''] = repo.split('/')
  const known = await bed.house.stores.repos.find(owner, name)
  return known === null ? [] : await bed.house.stores.rebuilds.ofRepo(known.id, 10)
}

describe('a weekly schedule', () => {
  it('asks once a week for a rebuild of a repo that nobody touches, and follows the run to its end', async () => {
    const repo = maintained(bed.organisation())
    await bed.idle()
    expect(bed.github.runs(repo)).toEqual([])
    await bed.pass(week)

    expect(bed.github.runs(repo)).toHaveLength(1)
    const [run] = bed.github.runs(repo)
    expect(run?.inputs).toMatchObject({ 'no-cache': 'true' })
    bed.github.completeRun(run?.id ?? 0, 'success')
    await bed.idle()
    expect((await rebuildsOf(repo))[0]).toMatchObject({ state: 'finished', conclusion: 'success', runId: run?.id, tries: 1 })

    await bed.pass(week)
    expect(bed.github.runs(repo)).toHaveLength(2)
  })

  it('without a workflow sends a repository_dispatch', async () => {
    const listener = 'on:\n  repository_dispatch:\n    types: [underpin-rebuild]\njobs: {}\n'
    const repo = maintained(bed.organisation(), 'weekly', { '.github/workflows/build.yml': listener })
    await bed.idle()
    await bed.pass(week)

    expect(bed.github.runs(repo)).toHaveLength(1)
    expect(bed.github.runs(repo)[0]?.event).toBe('repository_dispatch')
  })
})

describe('a floating base that moves', () => {
  it('asks for one rebuild', async () => {
    const org = bed.organisation()
    const repo = maintained(org)
    await bed.idle()
    org.move('second')
    await bed.pass(hour)
    await bed.pass(hour)

    expect(bed.github.runs(repo)).toHaveLength(1)
    expect((await rebuildsOf(repo))[0]?.cause).toContain('base-moved')
  })
})

describe('a dispatch whose answer is lost', () => {
  it('is found among the runs and not sent again', async () => {
    const org = bed.organisation()
    const repo = maintained(org)
    await bed.idle()
    bed.github.fail({ match: ({ operation }) => operation === 'actions/create-workflow-dispatch', when: 'after-apply', action: 'reset', times: 1 })
    org.move('second')
    await bed.pass(hour)
    await bed.pass(60_000)
    await bed.pass(60_000)

    expect(bed.github.runs(repo)).toHaveLength(1)
    expect((await rebuildsOf(repo))[0]).toMatchObject({ state: 'running', tries: 1 })
  })

  it('and that had no effect is sent a second time, and never a third', async () => {
    const org = bed.organisation()
    const repo = maintained(org)
    await bed.idle()
    const isDispatch = ({ operation }: { readonly operation: string | null }) => operation === 'actions/create-workflow-dispatch'
    let sent = 0
    const unhook = bed.github.onRequest((request, moment) => {
      if (isDispatch(request) && moment === 'before-apply') sent += 1
    })
    const mend = bed.github.fail({ match: isDispatch, when: 'before-apply', action: { status: 502 }, times: 5 })
    org.move('second')
    await bed.pass(hour)
    for (let minutes = 0; minutes < 6; minutes++) await bed.pass(60_000)
    unhook()
    mend()

    expect(sent).toBe(2)
    expect(bed.github.runs(repo)).toEqual([])
    expect((await rebuildsOf(repo))[0]).toMatchObject({ state: 'gave-up', tries: 2 })
  })
})

describe('a workflow that cannot be started', () => {
  it('is given up with words that say why', async () => {
    const org = bed.organisation()
    const repo = maintained(org, '{ schedule: weekly, workflow: gone.yml }')
    await bed.idle()
    org.move('second')
    await bed.pass(hour)

    expect((await rebuildsOf(repo))[0]).toMatchObject({ state: 'gave-up', tries: 1 })
    expect((await rebuildsOf(repo))[0]?.conclusion).toContain('gone.yml')
  })
})
