/** The schedule of pull requests end to end: none is opened outside its windows, and what waits is opened when one comes. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => bed.github.assertNoViolations())

const minute = 60_000

/** A pattern for every day, at the minute that is `ms` away. */
function daily(ms: number): string {
  const at = new Date(bed.clock.now().getTime() + ms)
  return `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`
}

/** A repo of images that are pinned, on a schedule whose window opens in three hours. */
async function scheduled(tags: readonly string[], policy: readonly string[] = []) {
  const org = bed.organisation()
  const lines = tags.map((tag) => `FROM ${org.image}:${tag}@${org.move('first', tag)}\n`)
  const file = [`schedule: {at: "${daily(3 * hour)}", window: 30m}`, ...policy].join('\n')
  const web = org.repo('web', { Dockerfile: lines.join(''), '.github/underpin.yml': file })
  await bed.idle()
  return { ...org, web }
}

describe('an update on a schedule', () => {
  it('waits for the window, and is opened when it comes without anything else happening', async () => {
    const { web, move, pulls } = await scheduled(['1'])
    move('second')
    await bed.pass(2 * hour)
    expect(pulls(web)).toEqual([])

    await bed.pass(hour + minute)
    expect(pulls(web)).toHaveLength(1)
  })

  it('moves an open pull request at any time', async () => {
    const { web, move, pulls } = await scheduled(['1'])
    move('second')
    await bed.pass(3 * hour + minute)
    const third = move('third')
    await bed.pass(5 * hour)

    expect(pulls(web)).toHaveLength(1)
    expect(bed.github.files(web, pulls(web)[0]?.headBranch)['Dockerfile']).toContain(third)
  })

  it('that a limit keeps back until the window is over waits for the next one', async () => {
    const { web, move, pulls } = await scheduled(['1', '2'], ['limits: {pullRequestsPerHour: 1}'])
    for (const tag of ['1', '2']) move('second', tag)
    await bed.pass(3 * hour + minute)
    expect(pulls(web)).toHaveLength(1)

    await bed.pass(30 * minute)
    await bed.pass(4 * hour)
    expect(pulls(web)).toHaveLength(1)

    await bed.pass(19 * hour + 30 * minute)
    expect(pulls(web)).toHaveLength(2)
  })
})

describe('a rule', () => {
  it('takes an image out of the schedule', async () => {
    const { web, move, pulls } = await scheduled(['1'], ['images: [{match: "**/base", schedule: always}]'])
    move('second')
    await bed.pass(hour)

    expect(pulls(web)).toHaveLength(1)
  })
})
