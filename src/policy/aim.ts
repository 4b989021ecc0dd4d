/** Aims: the reference that a use would have: its own tag or a newer one, with a digest or without. */
import type { Reference } from '../domain/image/reference.ts'
import { tagOrLatest } from '../domain/image/reference.ts'
import { pinOf } from '../domain/repo/image-use.ts'
import type { NewerTag, Upstream, UseFacts, Vanished } from './facts.ts'

/** The newer tag that the use would move to, or null where it keeps its own. */
export function candidateOf({ newer }: { readonly newer: NewerTag | null }): string | null {
  return newer?.kind === 'listed' ? (newer.candidate?.tag ?? null) : null
}

/** The tag whose answer `upstream` of the facts is. */
export function aimedTag(facts: { readonly newer: NewerTag | null }, reference: Reference): string {
  return candidateOf(facts) ?? tagOrLatest(reference)
}

/** `python:3.13-slim` as the file spells it, with the tag that the use would have and without a digest. */
export function aimedName(facts: { readonly newer: NewerTag | null }, reference: Reference): string {
  return `${reference.spelling}:${aimedTag(facts, reference)}`
}

/** Whether the use would carry a digest: where it has one, and where the policy gives it one. A tag that an ARG supplies gets none unasked. */
export function getsDigest({ use, policy }: Pick<UseFacts, 'use' | 'policy'>): boolean {
  return pinOf(use) !== null || (policy.pinFloatingTags && (!use.tagFromArgument || policy.pinOverArguments))
}

/** What upstream said about a use's own tag and about newer ones, as the rules see it. */
export function aimOf(recalled: {
  readonly upstream: Upstream | null
  readonly newer: NewerTag | null
  readonly vanished: Vanished | null
}): Pick<UseFacts, 'upstream' | 'newer' | 'own' | 'vanished'> {
  const { upstream, newer, vanished } = recalled
  const candidate = newer?.kind === 'listed' ? newer.candidate : null
  return candidate === null ? { upstream, newer, own: null, vanished } : { upstream: candidate.upstream, newer, own: upstream, vanished }
}
