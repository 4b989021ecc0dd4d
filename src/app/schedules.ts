/** Schedules: what is due because time passed, in whichever process keeps the clock. Two clocks do no harm: due work is due once. */
import { work } from '../domain/due-work.ts'
import { isFault } from '../domain/fault.ts'
import type { House } from './compose.ts'

/** Bodies of webhooks are kept this long after they were worked through, ms. */
const keepBodiesMs = 7 * 24 * 60 * 60 * 1000
/** Installations are listed this often, ms, in case the webhook of a new one was lost. */
const listEveryMs = 60 * 60 * 1000

/** Starts now; `nudge` is called when something became due. */
export function startSchedules(house: House, nudge: () => void): { stop(): void } {
  const tick = async () => {
    try {
      await listInstallations(house)
      await house.stores.inbox.purge(new Date(house.now().getTime() - keepBodiesMs))
      nudge()
    } catch (error) {
      if (isFault(error)) house.log.warn({ fault: error.kind, problem: error.message }, 'installations not listed')
      else house.log.error({ err: error }, 'schedule broke')
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
