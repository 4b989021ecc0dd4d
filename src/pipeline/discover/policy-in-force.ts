/** The policy in force: the file's, the last good one while the file is no use, none at all where there never was one, the defaults without a file. */
import { isFault } from '../../domain/fault.ts'
import { defaultPolicy } from '../../domain/repo/default-policy.ts'
import { policyPath, type ReadPolicy } from '../../domain/repo/policy.ts'
import type { Discovery } from '../../ports/repo-store.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import type { Snapshot } from './snapshot.ts'

export type PolicyInForce = Pick<Discovery, 'policy' | 'policyProblem'>

/** Reads the policy file of the default branch. A file that the parser dies on is as broken as one with mistakes. Raises the parser's other faults. */
export async function readPolicy(parse: UntrustedParse, before: Discovery | null, { policyFile, isPartial }: Snapshot): Promise<PolicyInForce> {
  if (policyFile === null) return { policy: isPartial ? lastGood(before) : defaultPolicy, policyProblem: null }
  if (policyFile.kind === 'unread') return { policy: lastGood(before), policyProblem: `${policyPath}: ${policyFile.what}` }
  const read = await parse.policy(policyFile.file.bytes).catch((error: unknown): ReadPolicy => {
    if (!isFault(error) || error.kind !== 'invalid') throw error
    return { kind: 'broken', problems: [{ line: null, path: '', message: `the parser gave up on it (${oneLine(error.message)})` }] }
  })
  if (read.kind === 'policy') return { policy: read.policy, policyProblem: null }
  const lines = read.problems.map(({ line, path, message }) => `${policyPath}${line === null ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${message}`)
  return { policy: lastGood(before), policyProblem: lines.join('\n') }
}

/** What is in force when the branch that the policy names is not there. */
export function withoutBranch({ policyProblem }: PolicyInForce, branch: string, before: Discovery | null): PolicyInForce {
  const problem = `${policyPath}: baseBranch: there is no branch ${JSON.stringify(branch)}`
  return { policy: lastGood(before), policyProblem: policyProblem === null ? problem : `${policyProblem}\n${problem}` }
}

/** Where no version was ever read, nothing is done: what stands in the file may be `enabled: false`. */
function lastGood(before: Discovery | null): Discovery['policy'] {
  return before?.policy ?? { ...defaultPolicy, enabled: false }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
