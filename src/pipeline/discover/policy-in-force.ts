/** The policy in force: the file's, the last good one while the file is no use, none at all where there never was one, the defaults without a file. */
import { isFault } from '../../domain/fault.ts'
import { defaultPolicy } from '../../domain/repo/default-policy.ts'
import { formatPolicyProblem, policyPath, type PolicyProblem, type PolicySurroundings, type ReadPolicy } from '../../domain/repo/policy.ts'
import type { Discovery } from '../../ports/repo-store.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import type { Snapshot } from './snapshot.ts'

export type PolicyInForce = Pick<Discovery, 'policy' | 'policyProblem' | 'extended'>

/** The policy file of an owner's `.github` repo: `bytes` is null where there is none, `isPrivate` where not all who see a repo that extends it may see it. */
export type BasePolicy = {
  readonly at: NonNullable<Discovery['extended']>
  readonly name: string
  readonly isPrivate: boolean
  readonly bytes: Uint8Array | null
}

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
  const first = await readOr(reading, bytes, null, { owner: reading.owner })
  const base = first.kind === 'extends' ? await reading.basePolicy() : null
  const read = base === null ? first : await readOr(reading, bytes, base.name, { owner: reading.owner, base: { name: base.name, bytes: base.bytes } })
  const extended = base?.at ?? null
  if (read.kind === 'policy') return { policy: read.policy, policyProblem: null, extended }
  if (read.kind === 'extends') throw new Error('a policy file asks for more than the file that it extends')
  const problems = base?.isPrivate === true ? withoutDetails(read.problems, base) : read.problems
  const lines = problems.map((problem) => formatPolicyProblem(problem, policyPath))
  return { policy: lastGood(before), policyProblem: lines.join('\n'), extended }
}

/** `read` is the name of the file that is read for the first time, null for the repo's own: that one kills a parser that dies. */
function readOr({ parse }: PolicyReading, bytes: Uint8Array, read: string | null, surroundings: PolicySurroundings): Promise<ReadPolicy> {
  return parse.policy(bytes, surroundings).catch((error: unknown) => {
    if (!isFault(error) || error.kind !== 'invalid') throw error
    return { kind: 'broken', problems: [{ file: read, at: null, path: '', message: `the parser gave up on it (${oneLine(error.message)})` }] }
  })
}

/** Mistakes name fields of the file that has them: those of a private repo's are told there and nowhere else. */
function withoutDetails(problems: readonly PolicyProblem[], { name }: BasePolicy): readonly PolicyProblem[] {
  const own = problems.filter(({ file }) => file !== name)
  if (own.length === problems.length) return own
  return [...own, { file: null, at: null, path: 'extends', message: `${name} has mistakes, which an issue there names` }]
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
