/** Rewriting a use: which bytes to write so that its reference carries another tag and digest. */
import type { Replacement } from '../../lib/span.ts'
import type { Digest } from '../image/digest.ts'
import type { Edit, ImageUse } from './image-use.ts'

/**
 * What the reference is to carry; a null tag keeps the one that is there. A bare name without digest takes the tag along with its pin. A null digest moves
 * the tag of a reference that has no digest, and gives it none.
 */
export type RewriteTarget = { readonly tag: string | null; readonly digest: Digest | null }

/** New text for one span of one file. */
export type FileReplacement = Replacement & { readonly file: string }

/**
 * The replacements that bring `use` to `target`, only for bytes that change: none when it is there already.
 * None either when the use has no edits (it is skipped, or has no place for a digest), and when the new tag does not fit the
 * pieces that its tag is put together from; `canRewrite` tells these apart.
 */
export function rewrite(use: ImageUse, target: RewriteTarget): readonly FileReplacement[] {
  return planned(use, target) ?? []
}

/** Whether `rewrite` brings the use to `target`, be it by changing nothing. */
export function canRewrite(use: ImageUse, target: RewriteTarget): boolean {
  return planned(use, target) !== null
}

/** The replacements of several uses as one list: an ARG that feeds many is written once. Null when two want different text in one place. */
export function merged(replacements: readonly FileReplacement[]): readonly FileReplacement[] | null {
  const byPlace = new Map<string, FileReplacement>()
  for (const replacement of replacements) {
    const place = `${replacement.span.join('-')} ${replacement.file}`
    const known = byPlace.get(place)
    if (known !== undefined && known.text !== replacement.text) return null
    byPlace.set(place, replacement)
  }
  return [...byPlace.values()]
}

function planned(use: ImageUse, target: RewriteTarget): readonly FileReplacement[] | null {
  const { reference, edits } = use
  if (reference === null || use.skip !== null) return null
  const isBare = reference.tag === null && reference.digest === null
  const tag = target.tag === null || target.tag === reference.tag || isBare ? [] : pieces(edits, 'tag', reference.tag, target.tag)
  if (target.digest === null) return reference.digest === null && !isBare ? tag : null
  if (reference.digest !== null) {
    const digest = target.digest === reference.digest ? [] : pieces(edits, 'digest', reference.digest, target.digest)
    return tag === null || digest === null ? null : [...tag, ...digest]
  }
  const field = edits.find(({ sets }) => sets === 'digest')
  if (field !== undefined) return tag === null ? null : [...tag, { file: field.file, span: field.span, text: target.digest }]
  const pin = edits.find(({ sets }) => sets === 'pin')
  return tag === null || pin === undefined
    ? null
    : [...tag.map(unquoted), { file: pin.file, span: pin.span, text: `${isBare && target.tag !== null ? `:${target.tag}` : ''}@${target.digest}` }]
}

/** `to` spread over the edits that make up `from`; null where it does not fit what stands between them. */
function pieces(edits: readonly Edit[], sets: 'tag' | 'digest', from: string | null, to: string): readonly FileReplacement[] | null {
  if (from === null) return null
  const places = edits.filter((edit) => edit.sets === sets).map((edit) => ({ edit, start: edit.piece?.[0] ?? 0, end: edit.piece?.[1] ?? from.length }))
  places.sort((a, b) => a.start - b.start)
  for (const { edit, start, end } of places) {
    const rest = from.length - end
    if (to.length > start + rest && to.startsWith(from.slice(0, start)) && to.endsWith(from.slice(end))) {
      return [{ file: edit.file, span: edit.span, text: quoted(edit, to.slice(start, to.length - rest)) }]
    }
  }
  return spread(places, from, to)
}

function quoted({ quote }: Edit, text: string): string {
  return quote === undefined ? text : `${quote}${text}${quote}`
}

/** With a digest behind it, no tag is read as a number: quotes would end before the digest. */
function unquoted(replacement: FileReplacement): FileReplacement {
  return { ...replacement, text: replacement.text.replaceAll('"', '') }
}

type Place = { readonly edit: Edit; readonly start: number; readonly end: number }

/** More than one piece changes: what stands between them has to be found again in `to`, and may not be empty. */
function spread(places: readonly Place[], from: string, to: string): readonly FileReplacement[] | null {
  const between = places.map(({ start }, i) => from.slice(places[i - 1]?.end ?? 0, start))
  if (places.length === 0 || between.some((text, i) => i > 0 && text === '')) return null
  const literal = (text: string): string => text.replace(/[.\\+*?^$()[\]{}|-]/g, '\\$&')
  const form = new RegExp(`^${between.map((text) => `${literal(text)}(.+?)`).join('')}${literal(from.slice(places.at(-1)?.end))}$`, 's')
  const texts = form.exec(to)?.slice(1)
  if (texts === undefined) return null
  return places.flatMap(({ edit, start, end }, i) => (texts[i] === from.slice(start, end) ? [] : [{ file: edit.file, span: edit.span, text: texts[i] ?? '' }]))
}
