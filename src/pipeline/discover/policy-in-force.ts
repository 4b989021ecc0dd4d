/** The policy in force: the file's, the last good one while the file is no use, none at all where there never was one, the defaults without a file. */
import { isFault } from '../../domain/fault.ts'
import { defaultPolicy } from '../../domain/repo/default-policy.ts'
import { formatPolicyProblem, policyPath, type PolicySurroundings, type ReadPolicy } from '../../domain/repo/policy.ts'
import type { Discovery } from '../../ports/repo-store.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import type { Snapshot } from './snapshot.ts'

export type PolicyInForce = Pick<Discovery, 'policy' | 'policyProblem' | 'extended'>

/** The policy file of an owner's `.github` repo: `bytes` is null where there is none, `at` where it stands, null where we have no such repo. */
export type BasePolicy = { readonly at: Discovery['extended']; readonly name: string; readonly bytes: Uint8Array | null }

export type PolicyReading = {
  readonly parse: UntrustedParse
  /** Looks up what policies of an owner's repos extend. */
  readonly basePolicy: () => Promise<BasePolicy>
  readonly owner: string
}

/** Reads the policy file of the default branch. A file that the parser dies on is as broken as one with mistakes. Raises the parser's other faults. */
export async function readPolicy(reading: PolicyReading, before: Discovery | null, { policyFile, isPartial }: Snapshot): Promise<PolicyInForce> {
  const own = { extended: null, policyProblem: null }
  if (policyFile === null) return { ...own, policy: isPartial ? lastGood(before) : defaultPolicy }
  if (policyFile.kind === 'unread') return { ...own, policy: lastGood(before), policyProblem: `${policyPath}: ${policyFile.what}` }
  const bytes = policyFile.file.bytes ?? new Uint8Array()
  const first = await readOr(reading, bytes, { owner: reading.owner })
  const base = first.kind === 'extends' ? await reading.basePolicy() : null
  const read = base === null ? first : await readOr(reading, bytes, { owner: reading.owner, base: { name: base.name, bytes: base.bytes } })
  const extended = base?.at ?? null
  if (read.kind === 'policy') return { policy: read.policy, policyProblem: null, extended }
  if (read.kind === 'extends') throw new Error('a policy file asks for more than the file that it extends')
  const lines = read.problems.map((problem) => formatPolicyProblem(problem, policyPath))
  return { policy: lastGood(before), policyProblem: lines.join('\n'), extended }
}

function readOr({ parse }: PolicyReading, bytes: Uint8Array, surroundings: PolicySurroundings): Promise<ReadPolicy> {
  return parse.policy(bytes, surroundings).catch((error: unknown) => {
    if (!isFault(error) || error.kind !== 'invalid') throw error
    return { kind: 'broken', problems: [{ file: null, at: null, path: '', message: `the parser gave up on it (${oneLine(error.message)})` }] }
  })
}

/** What is in force when branches that the policy names are not there: without any of them the last good policy, else the same one with a problem. */
export function withoutBranches(inForce: PolicyInForce, absent: readonly string[], isAny: boolean, before: Discovery | null): PolicyInForce {
  const problems = absent.map((branch) => `${policyPath}: baseBranches: there is no branch ${JSON.stringify(branch)}`)
  const policyProblem = [...(inForce.policyProblem === null ? [] : [inForce.policyProblem]), ...problems].join('\n')
  return { ...inForce, policy: isAny ? inForce.policy : lastGood(before), policyProblem }
}

/** Where no version was ever read, nothing is done: what stands in the file may be `enabled: false`. */
function lastGood(before: Discovery | null): Discovery['policy'] {
  return before?.policy ?? { ...defaultPolicy, enabled: false }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
