/** Schedules: what is due because time passed, in whichever process keeps the clock. Two clocks do no harm: due work is due once. */
import { work } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import type { House } from './compose.ts'
import { enabledFeeds } from './feeds.ts'

/** Bodies of webhooks are kept this long after they were worked through, ms. */
const keepBodiesMs = 7 * 24 * 60 * 60 * 1000
/** Inspections that nobody's use leads to, and layers, are kept this long after they were last asked for, ms: a branch may come back to an old digest. */
const keepUnusedMs = 90 * 24 * 60 * 60 * 1000
/** Installations are listed this often, ms, in case the webhook of a new one was lost. */
const listEveryMs = 60 * 60 * 1000

/** Starts now; `nudge` is called when something became due. */
export function startSchedules(house: House, nudge: () => void): { stop(): void } {
  // In this order; one that fails keeps none of the others back.
  const chores: Readonly<Record<string, () => Promise<unknown>>> = {
    'list installations': () => listInstallations(house),
    'schedule feeds': () => scheduleFeeds(house),
    'purge webhooks': () => house.stores.inbox.purge(new Date(house.now().getTime() - keepBodiesMs)),
    'forget unused inspections': () => house.stores.inventories.forgetUnused(keepUnusedMs),
  }
  const tick = async () => {
    for (const [chore, run] of Object.entries(chores)) {
      try {
        await run()
      } catch (error) {
        if (isFault(error)) house.log.warn({ chore, fault: error.kind, problem: error.message }, 'chore put off')
        else house.log.error({ err: error, chore }, 'chore broke')
      }
      nudge()
    }
  }
  void tick()
  const timer = setInterval(() => void tick(), listEveryMs)
  return { stop: () => clearInterval(timer) }
}

/** Every installation that GitHub knows is due for a comparison, and so is every one that only we know: it may be gone. */
async function listInstallations({ github, stores, now }: House): Promise<void> {
  const listed = await github.installations.list()
  const ids = new Set([...listed.filter(({ suspended }) => !suspended).map(({ id }) => id), ...(await stores.repos.installationIds())])
  await stores.dueWork.schedule([...ids].map((id) => work('installation', id, now())))
}

/** Every feed that is fetched is due when it is as old as the operator lets it be; one that was never fetched, at once. */
export async function scheduleFeeds({ config, feeds, distros, stores, now }: Pick<House, 'config' | 'feeds' | 'distros' | 'stores' | 'now'>): Promise<void> {
  const parts = await stores.advisories.parts()
  const due = enabledFeeds(config, feeds.names, distros, await stores.inventories.releases()).map((name) => {
    const asked = parts.filter(({ feed }) => feed === name).map(({ checkedAt }) => checkedAt.getTime())
    return work('feed', name, asked.length === 0 ? now() : new Date(Math.max(...asked) + config.feeds.minutes * 60_000))
  })
  await stores.dueWork.schedule(due)
}
