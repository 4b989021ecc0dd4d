/** Aims: the reference that a use would have: its own tag or a newer one, with a digest or without. */
import { shortDigest } from '../domain/image/digest.ts'
import type { Reference } from '../domain/image/reference.ts'
import { tagOrLatest } from '../domain/image/reference.ts'
import { pinOf } from '../domain/repo/image-use.ts'
import type { Carrier, NewerTag, Upstream, UseFacts, Vanished } from './facts.ts'
import { day } from './words.ts'

/** The newer tag that the use would move to, or null where it keeps its own. */
export function candidateOf({ newer }: { readonly newer: NewerTag | null }): string | null {
  return newer?.kind === 'listed' ? (newer.candidate?.tag ?? null) : null
}

type Aim = { readonly newer: NewerTag | null; readonly carrier: Carrier | null }

/** The tag whose answer `upstream` of the facts is. */
export function aimedTag(facts: Aim, reference: Reference): string {
  return candidateOf(facts) ?? facts.carrier?.tag ?? tagOrLatest(reference)
}

/** The tag that is written: none beside a digest that stands alone. */
export function writtenTag(facts: Aim, reference: Reference): string | null {
  return facts.carrier === null ? aimedTag(facts, reference) : null
}

/** How the tag of a digest that stands alone is known, as the end of a sentence; empty for a use with a tag. */
export function carrierWords({ carrier, use: { reference } }: Pick<UseFacts, 'carrier' | 'use'>): string {
  if (carrier === null || reference?.digest == null) return ''
  const { tag, until, others, othersLeft } = carrier
  const more = othersLeft === 0 ? '' : ` and ${othersLeft} more`
  const also = others.length === 0 ? '' : ` (${others.join(', ')}${more} did too)`
  const when = until === null ? 'shows now' : `showed until ${day(until)}`
  return `; the file names no tag: ${shortDigest(reference.digest)} is what ${reference.spelling}:${tag} ${when}${also}`
}

/** `python:3.13-slim` as the file spells it, with the tag that the use would have and without a digest. */
export function aimedName(facts: Aim, reference: Reference): string {
  return `${reference.spelling}:${aimedTag(facts, reference)}`
}

/** Whether the use would carry a digest: where it has one, and where the policy gives it one. A tag that an ARG supplies gets none unasked. */
export function getsDigest({ use, policy }: Pick<UseFacts, 'use' | 'policy'>): boolean {
  return pinOf(use) !== null || (policy.pinFloatingTags && (!use.tagFromArgument || policy.pinOverArguments))
}

/** What is remembered about a use: its own tag, and what else its policy or its file make worth knowing. */
export type Remembered = {
  /** About its own tag, or the one that its digest is known by; null where nobody has looked yet. */
  readonly upstream: Upstream | null
  readonly newer: NewerTag | null
  readonly carrier: Carrier | null
  readonly vanished: Vanished | null
}

/** The same as the rules see it: about the tag that the use would have. */
export function aimOf({ upstream, newer, carrier, vanished }: Remembered): Pick<UseFacts, 'upstream' | 'newer' | 'own' | 'vanished' | 'carrier'> {
  const candidate = newer?.kind === 'listed' ? newer.candidate : null
  const aim = candidate === null ? { upstream, own: null } : { upstream: candidate.upstream, own: upstream }
  return { ...aim, newer, carrier, vanished }
}
