/** schedule: the update is ready and opens no pull request before the policy's next window. What fixes vulnerabilities has had its word, and an open pull request goes on. */
import type { UseFacts } from '../facts.ts'
import { moveWord } from '../move-word.ts'
import type { Rule } from '../rule.ts'
import { windowAt } from '../schedule.ts'
import { minute } from '../words.ts'

export const schedule: Rule<UseFacts> = {
  name: 'schedule',
  judge: (facts) => {
    const { repo, policy, isOpen, asOf } = facts
    // A person at the command line has no repo, and is there now.
    if (policy.schedule === null || repo === null || isOpen) return null
    const word = moveWord(facts)
    const window = windowAt(policy.schedule, repo.id, asOf)
    if (word === null || window.kind === 'open') return null
    const { cron, timezone, windowMs } = policy.schedule
    const next = window.opens === null ? 'no time is known' : `next at ${minute(window.opens)}`
    return {
      verdict: 'hold',
      text: `${word.text}; pull requests are opened on the schedule ${cron} (${timezone}), ${next}`,
      values: { ...word.values, schedule: cron, timezone, windowMinutes: windowMs / 60_000, until: window.opens?.toISOString() ?? null },
      ...(window.opens === null ? {} : { until: window.opens }),
    }
  },
}
