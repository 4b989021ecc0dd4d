/** Looks at the feeds: which stand under an alarm, and which were not asked for long. */
import type { FeedPart } from '../../ports/feeds.ts'
import type { Config } from '../config.ts'
import { ok, type Probe, warn } from './probe.ts'

/** Publishers are away for hours; a day without an answer is worth a look, ms. */
const staleMs = 24 * 60 * 60 * 1000
/** Findings at most; `feeds status` shows all. */
const mostNamed = 5

/** `parts` gives the state of all feeds, or null where the memory cannot be read: that is another probe's finding. */
export function feedsProbe(config: Pick<Config, 'feeds'>, parts: () => Promise<readonly FeedPart[] | null>, now: () => Date): Probe {
  return {
    name: 'feeds',
    async check() {
      if (config.feeds.enabled.length === 0) return ok('none is fetched (feeds.enabled is [])')
      const known = await parts()
      if (known === null) return ok('nothing is known of them yet')
      if (known.length === 0) return ok('none was fetched yet')
      const unwell = known.flatMap(({ feed, part, alarm, checkedAt }) => {
        const hours = Math.round((now().getTime() - checkedAt.getTime()) / 3_600_000)
        if (alarm !== null)
          return [warn(`${feed} ${part}: ${alarm}; what was good last is kept`, `Look at its publisher; if it is right so: feeds update ${feed} --accept`)]
        const isStale = now().getTime() - checkedAt.getTime() > staleMs
        return isStale ? [warn(`${feed} ${part} was not asked for ${hours} hours`, `Run feeds update ${feed}; is the worker running?`)] : []
      })
      const more = unwell.length > mostNamed ? [warn(`${unwell.length - mostNamed} more parts are unwell`, 'Run feeds status')] : []
      return unwell.length === 0 ? ok(`${new Set(known.map(({ feed }) => feed)).size} feeds, all asked within a day`) : [...unwell.slice(0, mostNamed), ...more]
    },
  }
}
