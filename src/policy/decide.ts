/** Deciding about image uses: the rules in their order, and the first word counts. */
import type { Decision } from '../domain/decision.ts'
import { formatReference } from '../domain/image/reference.ts'
import { getsDigest, writtenTag } from './aim.ts'
import type { UseFacts } from './facts.ts'
import type { Rule, Verdict } from './rule.ts'
import { archived } from './rules/archived.ts'
import { awaitingTags } from './rules/awaiting-tags.ts'
import { awaitingEvidence } from './rules/awaiting-evidence.ts'
import { enabled } from './rules/enabled.ts'
import { floating } from './rules/floating.ts'
import { fork } from './rules/fork.ts'
import { goneDigest, goneWithTag } from './rules/gone-digest.ts'
import { handsOff } from './rules/hands-off.ts'
import { ignoredImage } from './rules/ignored-image.ts'
import { ignoredPath } from './rules/ignored-path.ts'
import { lostPlatform } from './rules/lost-platform.ts'
import { movedBack } from './rules/moved-back.ts'
import { moved } from './rules/moved.ts'
import { newerTag, tagStays } from './rules/newer-tag.ts'
import { needsWorkflowsPermission } from './rules/needs-workflows-permission.ts'
import { noPlace } from './rules/no-place.ts'
import { noTag } from './rules/no-tag.ts'
import { pinKind } from './rules/pin-kind.ts'
import { refused } from './rules/refused.ts'
import { sameImages } from './rules/same-images.ts'
import { schedule } from './rules/schedule.ts'
import { security } from './rules/security.ts'
import { skippedUse } from './rules/skipped-use.ts'
import { upToDate } from './rules/up-to-date.ts'
import { upstreamFault } from './rules/upstream-fault.ts'
import { vanishedTag } from './rules/vanished-tag.ts'
import { targetOf } from './target.ts'

/** What can be known from the repo comes before what the registry says; what is safe comes before what people said about this digest, and what fixes vulnerabilities before the schedule. */
export const useRules: readonly Rule<UseFacts>[] = [
  skippedUse,
  enabled,
  archived,
  fork,
  ignoredPath,
  ignoredImage,
  needsWorkflowsPermission,
  noTag,
  awaitingTags,
  goneWithTag,
  vanishedTag,
  upstreamFault,
  floating,
  upToDate,
  pinKind,
  lostPlatform,
  sameImages,
  movedBack,
  noPlace,
  refused,
  handsOff,
  goneDigest,
  awaitingEvidence,
  security,
  schedule,
  newerTag,
  moved,
]

/** What is to be done about one image use. Total: each use gets exactly one decision with at least one reason. */
export function decideUse(facts: UseFacts): Decision {
  const { rule, word } = firstWord(useRules, facts)
  const decided = decision(rule, word, word.verdict === 'update' ? writtenReference(facts) : null)
  const stays = word.verdict === 'skip' ? null : tagStays(facts)
  return stays === null ? decided : { ...decided, reasons: [...decided.reasons, { rule: newerTag.name, ...stays }] }
}

/** The first rule that has a word. Throws when none has: the last rule of each table says something about everything that reaches it. */
export function firstWord<Facts>(rules: readonly Rule<Facts>[], facts: Facts): { readonly rule: string; readonly word: Verdict } {
  for (const { name, judge } of rules) {
    const word = judge(facts)
    if (word !== null) return { rule: name, word }
  }
  throw new Error('no rule had a word on the subject')
}

/** `word` as a decision. */
export function decision(rule: string, word: Verdict, to: string | null): Decision {
  const { verdict, text, values, until } = word
  return { kind: verdict, to, reasons: [{ rule, verdict, text, values }], until: until ?? null }
}

/** The reference as it should be. Where the file names no tag, `latest` is written out: a digest alone would follow nothing from then on. */
function writtenReference(facts: UseFacts): string | null {
  const { reference } = facts.use
  const target = targetOf(facts)
  if (reference === null || target?.kind !== 'digest') return null
  const isNew = target.digest !== reference.digest
  if (isNew && facts.upstream?.kind === 'seen' && facts.upstream.manifest === null) throw new Error('an update to a digest that was not fetched and hashed')
  return formatReference({ ...reference, tag: writtenTag(facts, reference), digest: getsDigest(facts) ? target.digest : null })
}
