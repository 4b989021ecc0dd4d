/** schedule-due: the time that the policy names has come and no rebuild was asked for since. Our clock needs no commit to go on ticking. */
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { slotsAround } from '../schedule.ts'
import { count, day, daysBetween, minute } from '../words.ts'

export const scheduleDue: Rule<BuildFacts> = {
  name: 'schedule-due',
  judge: ({ asOf, repo, policy: { rebuild }, previous, scheduledSince }) => {
    if (rebuild === null || rebuild.cron === null) return null
    const { last } = slotsAround({ cron: rebuild.cron, timezone: rebuild.timezone }, repo.id, asOf)
    if (last === null || last <= scheduledSince || (previous !== null && previous.askedAt >= last)) return null
    const cause = `scheduled ${minute(last)}`
    if (previous?.cause === cause) return null
    const before = previous === null ? 'none was asked for before' : `the last one was asked for at ${minute(previous.askedAt)}`
    const untouched =
      repo.pushedAt === null ? '' : `, and nobody has pushed for ${count(daysBetween(repo.pushedAt, asOf), 'day')} (since ${day(repo.pushedAt)})`
    return {
      verdict: 'rebuild',
      text: `the schedule ${rebuild.cron} (${rebuild.timezone}) asks for a rebuild at ${minute(last)}; ${before}${untouched}`,
      values: {
        slot: last.toISOString(),
        schedule: rebuild.cron,
        timezone: rebuild.timezone,
        previousAskedAt: previous?.askedAt.toISOString() ?? null,
        pushedAt: repo.pushedAt?.toISOString() ?? null,
      },
      cause,
    }
  },
}
