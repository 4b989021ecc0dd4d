/** Decide: a decision for every image use of a repo, and which of them make one pull request together. Pure. */
import type { DecidedUse } from '../domain/decided-use.ts'
import { parseReference } from '../domain/image/reference.ts'
import type { MoveEvidence } from '../domain/move-evidence.ts'
import type { ImageUse, SkipCode } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { type FileReplacement, rewrite } from '../domain/repo/rewrite.ts'
import { formatUpdateKey, type Update } from '../domain/update.ts'
import { decideUse, decision as decisionOf } from '../policy/decide.ts'
import type { EvidenceFacts, Upstream } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import { limits } from '../policy/rules/limits.ts'
import { sharedArgument } from '../policy/rules/shared-argument.ts'
import { upstreamFault } from '../policy/rules/upstream-fault.ts'
import type { TagKey } from '../domain/image/observation.ts'

export type DecideInput = {
  /** Null at the command line. */
  readonly repo: Repo | null
  readonly baseBranch: string
  readonly policy: Policy
  readonly uses: readonly {
    readonly use: ImageUse
    readonly tag: TagKey | null
    readonly upstream: Upstream | null
    readonly evidence?: EvidenceFacts | null
  }[]
  /** The update rows that the repo has. */
  readonly updates: readonly Update[]
  readonly asOf: Date
}

/** A decided use with what upstream said, and what is known of the insides of the images that it moves between. */
export type KnownUse = DecidedUse & { readonly upstream: Upstream | null; readonly evidence: MoveEvidence | null }

/** One decision per use, in the order given. */
export function decide({ repo, baseBranch, policy, uses, updates, asOf }: DecideInput): readonly KnownUse[] {
  const rows = new Map(updates.map((update) => [formatUpdateKey(update.key), update]))
  const decided = uses.map(({ use, tag, upstream, evidence = null }): KnownUse => {
    const key = tag === null ? null : { repoId: repo?.id ?? 0, baseBranch, group: `${tag.imageName}:${tag.tag}` }
    const row = key === null ? undefined : rows.get(formatUpdateKey(key))
    const said = { refusedDigests: row?.refusedDigests ?? [], isHandsOff: row?.state === 'hands-off', isOpen: row?.state === 'open' }
    const facts = { asOf, repo, policy: policyFor(policy, use), use, upstream, evidence, ...said }
    return { use, upstream, key, decision: decideUse(facts), evidence: evidence?.kind === 'known' ? evidence.evidence : null }
  })
  return withoutRivals(decided)
}

/** Holds every update that wants other text than another one in the same bytes. */
function withoutRivals<Decided extends DecidedUse>(decided: readonly Decided[]): readonly Decided[] {
  const wanted = new Map<string, { readonly use: ImageUse; readonly text: string }[]>()
  const replacements = decided.map(({ use, decision }) => {
    const to = decision.kind === 'update' && decision.to !== null ? parseReference(decision.to) : null
    const all = to?.kind !== 'reference' || to.reference.digest === null ? [] : rewrite(use, { tag: to.reference.tag, digest: to.reference.digest })
    for (const one of all) wanted.set(placeOf(one), [...(wanted.get(placeOf(one)) ?? []), { use, text: one.text }])
    return all
  })
  return decided.map((one, index) => {
    const rivals = (replacements[index] ?? []).flatMap((mine) => wanted.get(placeOf(mine))?.find(({ text }) => text !== mine.text) ?? [])
    const word = sharedArgument.judge({ rival: rivals[0]?.use ?? null })
    return word === null ? one : { ...one, decision: decisionOf(sharedArgument.name, word, null) }
  })
}

function placeOf({ file, span }: FileReplacement): string {
  return `${span.join('-')} ${file}`
}

/** The decisions as people see them: an update that a limit keeps back is held, though its plan follows the tag. `updates` are the rows after planning. */
export function withLimits<Decided extends DecidedUse>(decided: readonly Decided[], updates: readonly Update[]): readonly Decided[] {
  const rows = new Map(updates.map((update) => [formatUpdateKey(update.key), update]))
  return decided.map((one) => {
    const { key, decision } = one
    const row = key === null || decision.kind !== 'update' ? undefined : rows.get(formatUpdateKey(key))
    const word = row === undefined ? null : limits.judge(row)
    if (word === null) return one
    const held = decisionOf(limits.name, word, null)
    return { ...one, decision: { ...held, reasons: [...held.reasons, ...decision.reasons] } }
  })
}

/** Skips that say nothing of what the file holds now. */
const unreadCodes: ReadonlySet<SkipCode> = new Set(['too-large', 'unreadable', 'not-utf8', 'refused-by-buildkit'])

/**
 * Updates that stay. `keep`: those whose open pull request stays. It is closed only when every use of the group is `current` or gone; a group that is
 * held or skipped keeps it, and so does one in a file that cannot be read now, and everything once Underpin is switched off.
 * `keepUnopened`: those that may still become a pull request: planned now, or waiting for a registry that does not answer.
 */
export function keptKeys(
  decided: readonly DecidedUse[],
  policy: Policy,
  updates: readonly Update[],
): { readonly keep: readonly string[]; readonly keepUnopened: readonly string[] } {
  const keysWhere = (test: (decision: DecidedUse['decision']) => boolean) => [
    ...new Set(decided.flatMap(({ key, decision }) => (key !== null && test(decision) ? [formatUpdateKey(key)] : []))),
  ]
  const unread = new Set(decided.flatMap(({ use }) => (use.skip !== null && unreadCodes.has(use.skip.code) ? [use.file] : [])))
  const isUnread = ({ plan }: Update) => plan.changes.some(({ path }) => unread.has(path))
  const inUnread = updates.filter((update) => !policy.enabled || isUnread(update)).map(({ key }) => formatUpdateKey(key))
  return {
    keep: [...new Set([...keysWhere(({ kind }) => kind !== 'current'), ...inUnread])],
    keepUnopened: keysWhere(({ kind, reasons }) => kind === 'update' || (kind === 'hold' && reasons[0]?.rule === upstreamFault.name)),
  }
}
