/** rebuild-running: one rebuild at a time; what moves meanwhile is looked at when it ends. */
import type { BuildFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { minute } from '../words.ts'

export const rebuildRunning: Rule<BuildFacts> = {
  name: 'rebuild-running',
  judge: ({ previous }) => {
    if (previous === null || previous.state === 'finished' || previous.state === 'gave-up') return null
    return {
      verdict: 'hold',
      text: `the rebuild asked for at ${minute(previous.askedAt)} has not ended`,
      values: { rebuild: previous.id, state: previous.state, cause: previous.cause, askedAt: previous.askedAt.toISOString(), runUrl: previous.runUrl },
    }
  },
}
