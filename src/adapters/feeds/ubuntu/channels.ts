/** Ubuntu's channels: what one release's ordinary archive and its Pro (ESM) archives say about a package, as one statement. */
import type { Advisory, FixKind } from '../../../domain/advisory/advisory.ts'
import { before } from '../record.ts'

/** What one channel says. `version`: the first fixed one; null: it is fixed, but since when is not told. */
export type ChannelState =
  | { readonly kind: 'fixed'; readonly version: string | null }
  | { readonly kind: 'affected'; readonly fix: FixKind }
  | { readonly kind: 'not-affected' }

/** A codename, and whether the channel is one of Pro. */
export type Channel = { readonly codename: string; readonly isPro: boolean }

/**
 * The channel of a purl's `distro` (`jammy`, `esm-infra/xenial`, `trusty/esm`); null for those whose packages are other builds (FIPS, realtime), which say
 * nothing about the release's own.
 */
export function channelOf(distro: string): Channel | null {
  const [one = '', other] = distro.split('/')
  if (other === undefined) return { codename: one, isPro: false }
  if (/^esm(-|$)/.test(one)) return { codename: other, isPro: true }
  return /^esm(-|$)/.test(other) ? { codename: one, isPro: true } : null
}

/**
 * What a person without Pro is told: the ordinary archive where it has a fix or a view of its own, else that of Pro, whose fixes are for subscribers. Null
 * where that comes to nothing that a version could be compared with.
 */
export function statementOf(states: readonly (ChannelState & { readonly isPro: boolean })[]): Pick<Advisory, 'status' | 'ranges' | 'fix'> | null {
  const ordinary = states.filter(({ isPro }) => !isPro)
  const pro = states.filter(({ isPro }) => isPro)
  const fixedIn = (among: readonly ChannelState[]): string | null | undefined => among.flatMap((one) => (one.kind === 'fixed' ? [one.version] : []))[0]
  const isUnaffected = (among: readonly ChannelState[]): boolean => among.some(({ kind }) => kind === 'not-affected')
  const open = ordinary.flatMap((one) => (one.kind === 'affected' ? [one.fix] : []))[0] ?? null

  const fixed = fixedIn(ordinary)
  if (fixed !== undefined) return fixed === null ? null : { status: 'affected', ranges: before(fixed), fix: 'available' }
  // "No longer supported" says nothing about the package; that Pro finds it unaffected does.
  if (isUnaffected(ordinary) || (isUnaffected(pro) && (open === null || open === 'end-of-life')))
    return { status: 'not-affected', ranges: [], fix: 'available' }
  const paid = fixedIn(pro)
  if (paid !== undefined) return paid === null ? null : { status: 'affected', ranges: before(paid), fix: 'subscription-only' }
  if (open !== null) return { status: 'affected', ranges: [], fix: open }
  const proOpen = pro.flatMap((one) => (one.kind === 'affected' ? [one.fix] : []))[0]
  return proOpen === undefined ? null : { status: 'affected', ranges: [], fix: proOpen }
}

/** The fix kind that Ubuntu's words mean: `is no longer supported`, `end of life`, `deferred`, `will not be fixed`, `ignored`. */
export function fixOfWords(words: string): FixKind {
  if (/no longer supported|end of (life|standard support)|out of standard support|end-of-life|reached end/i.test(words)) return 'end-of-life'
  if (/defer|postpone/i.test(words)) return 'deferred'
  return /will not|won't|ignored/i.test(words) ? 'will-not-fix' : 'none-yet'
}
