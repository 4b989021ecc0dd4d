/** nothing-due: no reason to build again. It stands last, and says so when the newest try did not work. */
import { mostTries } from '../../domain/rebuild.ts'
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { slotsAround } from '../schedule.ts'
import { minute } from '../words.ts'

export const nothingDue: Rule<BuildFacts> = {
  name: 'nothing-due',
  judge: ({ asOf, repo, policy: { rebuild }, previous }) => {
    const next = rebuild === null || rebuild.cron === null ? null : slotsAround({ cron: rebuild.cron, timezone: rebuild.timezone }, repo.id, asOf).next
    const later = next === null ? 'the next one waits for a base to move' : `the next one is due at ${minute(next)}`
    const values = { next: next?.toISOString() ?? null, cause: previous?.cause ?? null, conclusion: previous?.conclusion ?? null, tries: previous?.tries ?? 0 }
    if (previous === null) return { verdict: 'current', text: `no rebuild is due; ${later}`, values }
    if (previous.state === 'finished' && previous.conclusion === 'success') {
      return { verdict: 'current', text: `rebuilt for "${previous.cause}" as asked at ${minute(previous.askedAt)}; ${later}`, values }
    }
    const outcome = previous.conclusion === null ? 'did not come to an end that we could see' : `ended with ${previous.conclusion}`
    return {
      verdict: 'hold',
      text: `the rebuild for "${previous.cause}" ${outcome} (tries: ${previous.tries} of at most ${mostTries}); ${later}`,
      values,
      ...(next === null ? {} : { until: next }),
    }
  },
}
