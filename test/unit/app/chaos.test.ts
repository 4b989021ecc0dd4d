/** A seeded simulation: two workers, six repos, people and faults; afterwards the state converges. UNDERPIN_CHAOS_SEEDS=100 runs more seeds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'
import { type Random, random, startHistory } from '../../support/chaos.ts'
import { type SecondHouse, startSecondHouse } from '../../support/second-house.ts'

const steps = 16
const faultRate = 0.1
const seedCount = Number(process.env['UNDERPIN_CHAOS_SEEDS'] ?? 5)
const firstSeed = Number(process.env['UNDERPIN_CHAOS_FIRST'] ?? 1)
const seeds = Array.from({ length: seedCount }, (_, index) => firstSeed + index)

let bed: AppBed
let second: SecondHouse
beforeAll(async () => {
  bed = await startAppBed()
  second = await startSecondHouse(bed)
})
afterAll(async () => {
  await second.close()
  await bed.stop()
})

/** Lets requests to GitHub and to the registry fail, and webhooks get lost or come twice, until called. */
function startFaults(chance: Random): () => void {
  const actions = [{ status: 500 }, { status: 401, body: { message: 'Bad credentials' } }, 'reset'] as const
  const mends = actions.flatMap((action) =>
    (['before-apply', 'after-apply'] as const).map((when) =>
      bed.github.fail({ match: () => chance() < faultRate / 6, when: action !== 'reset' && action.status === 401 ? 'before-apply' : when, action, times: 1e9 }),
    ),
  )
  const broken = [
    { status: 500, headers: {}, body: Buffer.from('') },
    { status: 404, headers: {}, body: Buffer.from('') },
    { status: 200, headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' }, body: Buffer.from('{}') },
  ] as const
  mends.push(bed.registry.script({ path: /./ }, { kind: 'compute', compute: (right) => (chance() < faultRate ? chance.pick(broken) : right) }))
  bed.github.webhooks.knobs.drop = () => chance() < faultRate
  bed.github.webhooks.knobs.copies = () => (chance() < faultRate ? 2 : 1)
  return () => {
    for (const mend of mends) mend()
    bed.github.webhooks.knobs.drop = () => false
    bed.github.webhooks.knobs.copies = () => 1
  }
}

async function pass(ms: number): Promise<void> {
  bed.clock.advance(ms)
  await bed.house.queue.wake(await bed.house.stores.dueWork.due(bed.clock.now(), 500))
}

describe('after faults end', { timeout: 120_000 }, () => {
  it.each(seeds)('every repo has the newest digest or one pull request for it, seed %i', async (seed) => {
    const [story, weather] = [random(seed), random(seed + 1_000_000)]
    const org = bed.organisation()
    const history = startHistory(bed, org, story)
    await second.rest()
    const record: string[] = []
    const unhook = bed.github.onRequest((_request, moment) => {
      if (moment === 'after-apply') history.check()
    })
    const mend = startFaults(weather)
    try {
      for (let step = 0; step < steps; step++) {
        record.push(history.step())
        await pass(story.pick([1, 10, 40]) * 60_000)
        if (story() < 0.6) await second.rest()
        history.check()
      }
      mend()
      for (let hours = 0; hours < 3; hours++) {
        await pass(hour)
        await second.rest()
        history.check()
      }
      expect(history.problems()).toEqual([])
      bed.github.assertNoViolations()
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}\n${record.join('\n')}`, { cause: error })
    } finally {
      mend()
      unhook()
      bed.github.violations.length = 0
      bed.github.uninstall(org.installationId)
      await second.rest()
    }
  })
})
