/** schedule-due: the time that the policy names has come and no rebuild was asked for since. Our clock needs no commit to go on ticking. */
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { slotsAround } from '../schedule.ts'
import { day, daysBetween, minute } from '../words.ts'

/** From then on the reason says that nobody pushes: GitHub's own schedules stop after 60 days of that. */
const quietDays = 30

export const scheduleDue: Rule<BuildFacts> = {
  name: 'schedule-due',
  judge: ({ asOf, repo, policy: { rebuild }, previous, scheduledSince }) => {
    if (rebuild === null || rebuild.cron === null) return null
    const { last } = slotsAround({ cron: rebuild.cron, timezone: rebuild.timezone }, repo.id, asOf)
    if (last === null || last <= scheduledSince || (previous !== null && previous.askedAt >= last)) return null
    const cause = `scheduled ${minute(last)}`
    if (previous?.cause === cause) return null
    const before = previous === null ? 'none was asked for before' : `the last one was asked for at ${minute(previous.askedAt)}`
    const idle = repo.pushedAt === null ? 0 : daysBetween(repo.pushedAt, asOf)
    const untouched = repo.pushedAt === null || idle < quietDays ? '' : `, and nobody has pushed for ${idle} days (since ${day(repo.pushedAt)})`
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
