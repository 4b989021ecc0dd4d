/** security: the move fixes vulnerabilities, so it is worth more than a fresher digest. It says what `moved` says, and what is fixed. */
import { severityCounts, unite, vulnerabilitiesOf } from '../../domain/move-evidence.ts'
import type { UseFacts } from '../facts.ts'
import { moveWord } from '../move-word.ts'
import type { Rule } from '../rule.ts'

/** Vulnerabilities that the sentence names. */
const mostNamed = 3

export const security: Rule<UseFacts> = {
  name: 'security',
  judge: (facts) => {
    const word = facts.evidence?.kind === 'known' ? moveWord(facts) : null
    if (word === null || facts.evidence?.kind !== 'known') return null
    const fixed = vulnerabilitiesOf(unite(facts.evidence.evidence).fixed.map(({ thing }) => thing))
    if (fixed.length === 0) return null
    const named = fixed.slice(0, mostNamed).map(({ id, sourceName, kev }) => `${id} in ${sourceName}${kev ? ', known to be exploited' : ''}`)
    const more = fixed.length > mostNamed ? [`and ${fixed.length - mostNamed} more`] : []
    const what = fixed.length === 1 ? `a vulnerability (${fixed[0]?.severity})` : `${fixed.length} vulnerabilities (${severityCounts(fixed)})`
    return {
      verdict: 'update',
      text: `${word.text}; the move fixes ${what}: ${[...named, ...more].join(', ')}`,
      values: { ...word.values, fixes: fixed.map(({ id, severity, sourceName, fixedIn }) => ({ id, severity, sourceName, fixedIn })) },
    }
  },
}
