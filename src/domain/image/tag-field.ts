/** A field of a tag: one thing that it says. */
import type { ReleaseNames, TagRelease } from './tag-release.ts'

/** `before` are the separators in front of it, `lead` what is written together with its numbers (`v`, `alpine`, `ls`). */
export type TagField =
  /** A word of the variant. `leadsTo`: the number right behind it (`release1.2`), which is the version of a tag that has no other. */
  | { readonly kind: 'text'; readonly before: string; readonly text: string; readonly leadsTo?: { readonly lead: string; readonly numbers: readonly number[] } }
  | { readonly kind: 'version'; readonly before: string; readonly lead: string; readonly numbers: readonly number[] }
  | { readonly kind: 'pre-release'; readonly before: string; readonly rank: number; readonly numbers: readonly number[] }
  /** A distribution's release by codename, or by number (`#`). */
  | { readonly kind: 'release'; readonly before: string; readonly lead: string; readonly form: '' | '#'; readonly release: TagRelease }
  /** A date, a respin or a counter of builds; `form` tells how it is written. */
  | { readonly kind: 'rebuild'; readonly before: string; readonly lead: string; readonly form: string; readonly numbers: readonly number[] }
  | { readonly kind: 'commit'; readonly before: string }

/** What is known of a tag when one of its segments is read. */
export type TagContext = {
  readonly names: ReleaseNames
  /** The field before it. */
  readonly last: TagField | undefined
  /** The first version so far, or null. */
  readonly version: readonly number[] | null
  /** The text of the segment behind it, or null where it is the last. */
  readonly next: string | null
}

/** A word of the variant. */
export function plain(before: string, text: string): TagField {
  return { kind: 'text', before, text }
}

/** The numbers between the dots; none in an empty text. */
export function numbersOf(text: string): readonly number[] {
  return text === '' ? [] : text.split('.').map(Number)
}

/** Whether the text is a Git commit, abbreviated or not, as `git describe` or a build writes it. All digits are none: they may be a date or a version. */
export function isCommit(text: string): boolean {
  return /^g?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}$/.test(text)
}

/** Whether the field is a pre-release without a number: the next number belongs to it. */
export function isUnnumbered(field: TagField | undefined): field is Extract<TagField, { kind: 'pre-release' }> {
  return field?.kind === 'pre-release' && field.numbers.length === 0
}
