/** Decide: a decision for every image use of a repo, and which of them make one pull request together. Pure. */
import type { DecidedUse } from '../domain/decided-use.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { formatUpdateKey, type Update } from '../domain/update.ts'
import { decideUse } from '../policy/decide.ts'
import type { Upstream } from '../policy/facts.ts'
import type { TagKey } from '../domain/image/observation.ts'

export type DecideInput = {
  /** Null at the command line. */
  readonly repo: Repo | null
  readonly baseBranch: string
  readonly policy: Policy
  readonly uses: readonly { readonly use: ImageUse; readonly tag: TagKey | null; readonly upstream: Upstream | null }[]
  /** The update rows that the repo has. */
  readonly updates: readonly Update[]
  readonly asOf: Date
}

/** One decision per use, in the order given. */
export function decide({ repo, baseBranch, policy, uses, updates, asOf }: DecideInput): readonly (DecidedUse & { readonly upstream: Upstream | null })[] {
  const rows = new Map(updates.map((update) => [formatUpdateKey(update.key), update]))
  return uses.map(({ use, tag, upstream }) => {
    const key = tag === null ? null : { repoId: repo?.id ?? 0, baseBranch, group: `${tag.imageName}:${tag.tag}` }
    const row = key === null ? undefined : rows.get(formatUpdateKey(key))
    const facts = { asOf, repo, policy, use, upstream, refusedDigests: row?.refusedDigests ?? [], isHandsOff: row?.state === 'hands-off' }
    return { use, upstream, key, decision: decideUse(facts) }
  })
}

/**
 * Updates that have nothing left to change, so that their pull requests may be closed: every use of the group is `current` or gone.
 * A group that is held or skipped keeps its pull request: a registry that is down is no reason to close anything.
 */
export function keptKeys(decided: readonly DecidedUse[], policy: Policy, updates: readonly Update[]): readonly string[] {
  if (!policy.enabled) return updates.map(({ key }) => formatUpdateKey(key))
  return [...new Set(decided.flatMap(({ key, decision }) => (key === null || decision.kind === 'current' ? [] : [formatUpdateKey(key)])))]
}
