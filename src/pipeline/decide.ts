/** Decide: a decision for every image use of a repo, and which of them make one pull request together. Pure. */
import type { DecidedUse } from '../domain/decided-use.ts'
import { parseReference } from '../domain/image/reference.ts'
import type { MoveEvidence } from '../domain/move-evidence.ts'
import type { ImageUse, SkipCode } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { type FileReplacement, rewrite } from '../domain/repo/rewrite.ts'
import { formatUpdateKey, type Update } from '../domain/update.ts'
import { aimOf, type Remembered } from '../policy/aim.ts'
import { decideUse, decision as decisionOf } from '../policy/decide.ts'
import type { EvidenceFacts, Upstream } from '../policy/facts.ts'
import { policyFor } from '../policy/policy-for.ts'
import { awaitingTags } from '../policy/rules/awaiting-tags.ts'
import { movedBack } from '../policy/rules/moved-back.ts'
import { limits } from '../policy/rules/limits.ts'
import { sharedArgument } from '../policy/rules/shared-argument.ts'
import { upstreamFault } from '../policy/rules/upstream-fault.ts'

export type DecideInput = {
  /** Null at the command line. */
  readonly repo: Repo | null
  readonly baseBranch: string
  readonly policy: Policy
  readonly uses: readonly (Remembered & {
    readonly use: ImageUse
    /** What the update that would carry it is grouped by; null where it follows no tag. */
    readonly group: string | null
    readonly evidence?: EvidenceFacts | null
  })[]
  /** The update rows that the repo has. */
  readonly updates: readonly Update[]
  readonly asOf: Date
}

/** A decided use with what upstream said, and what is known of the insides of the images that it moves between. */
export type KnownUse = DecidedUse & { readonly upstream: Upstream | null; readonly evidence: MoveEvidence | null }

/** One decision per use, in the order given. */
export function decide({ repo, baseBranch, policy, uses, updates, asOf }: DecideInput): readonly KnownUse[] {
  const rows = new Map(updates.map((update) => [formatUpdateKey(update.key), update]))
  const decided = uses.map(({ use, group, evidence = null, ...recalled }): KnownUse => {
    const key = group === null ? null : { repoId: repo?.id ?? 0, baseBranch, group }
    const row = key === null ? undefined : rows.get(formatUpdateKey(key))
    const said = { refusedDigests: row?.refusedDigests ?? [], isHandsOff: row?.state === 'hands-off', isOpen: row?.state === 'open' }
    const aim = aimOf(recalled)
    const facts = { asOf, repo, policy: policyFor(policy, use), use, ...aim, evidence, ...said }
    return { use, upstream: aim.upstream, key, decision: decideUse(facts), evidence: evidence?.kind === 'known' ? evidence.evidence : null }
  })
  return withoutRivals(decided)
}

/** Holds every update that writes where another use wants other text, or needs what stands there: one of another image or tag that is not to be changed. */
function withoutRivals<Decided extends DecidedUse>(decided: readonly Decided[]): readonly Decided[] {
  const readers = new Map<string, { readonly one: Decided; readonly text: string | null }[]>()
  const replacements = decided.map((one) => {
    const { use, decision } = one
    const to = decision.kind === 'update' && decision.to !== null ? parseReference(decision.to) : null
    const all = to?.kind !== 'reference' ? [] : rewrite(use, { tag: to.reference.tag, digest: to.reference.digest })
    const texts = new Map(all.map((replacement) => [placeOf(replacement), replacement.text]))
    const places = new Set([...use.edits.map(placeOf), ...texts.keys()])
    for (const place of places) {
      const there = readers.get(place) ?? []
      readers.set(place, there)
      there.push({ one, text: texts.get(place) ?? null })
    }
    return all
  })
  return decided.map((one, index) => {
    const group = one.key?.group ?? null
    const isRival = (mine: FileReplacement) => (other: { readonly one: Decided; readonly text: string | null }) =>
      other.text === null ? other.one.key !== null && other.one.key.group !== group : other.text !== mine.text
    const rivals = (replacements[index] ?? []).flatMap((mine) => readers.get(placeOf(mine))?.find(isRival(mine)) ?? [])
    const [rival] = rivals
    const word = sharedArgument.judge({ rival: rival === undefined ? null : { ...rival.one.use, stays: rival.text === null } })
    return word === null ? one : { ...one, decision: decisionOf(sharedArgument.name, word, null) }
  })
}

function placeOf({ file, span }: Pick<FileReplacement, 'file' | 'span'>): string {
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

/** Rules that wait for a registry's answer. */
const waiting: ReadonlySet<string> = new Set([upstreamFault.name, awaitingTags.name])

/**
 * Updates that stay. `keep`: those whose open pull request stays. It is closed only when every use of the group is `current` or gone, or its tag went back, so that nobody merges what was withdrawn; a group that is
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
    keep: [...new Set([...keysWhere(({ kind, reasons }) => kind !== 'current' && reasons[0]?.rule !== movedBack.name), ...inUnread])],
    keepUnopened: keysWhere(({ kind, reasons }) => kind === 'update' || (kind === 'hold' && waiting.has(reasons[0]?.rule ?? ''))),
  }
}
