/** The fields of a tag: what each of its segments means, given those before it. */
import type { DistroTable } from '../package/distro.ts'
import { isDistroWord, numberedRelease, type ReleaseNames, releaseNames, type TagRelease } from './tag-release.ts'
import { dateOf, type Segment, segmentsOf } from './tag-segments.ts'
import { architectureWords, branchWords, onlyGlued, onlyNumbered, preReleaseRanks, rebuildWords, windowsWords } from './tag-words.ts'

/** `before` are the separators in front of it, `lead` what is written together with its numbers (`v`, `alpine`, `ls`). */
export type TagField =
  /** A word of the variant. `leadsTo`: the number right behind it (`jdk17`), which is the version of a tag that has no other. */
  | { readonly kind: 'text'; readonly before: string; readonly text: string; readonly leadsTo?: { readonly lead: string; readonly numbers: readonly number[] } }
  | { readonly kind: 'version'; readonly before: string; readonly lead: string; readonly numbers: readonly number[] }
  | { readonly kind: 'pre-release'; readonly before: string; readonly rank: number; readonly numbers: readonly number[] }
  | { readonly kind: 'release'; readonly before: string; readonly lead: string; readonly release: TagRelease }
  /** A date, a respin or a counter of builds; `form` tells how it is written. */
  | { readonly kind: 'rebuild'; readonly before: string; readonly lead: string; readonly form: string; readonly numbers: readonly number[] }
  | { readonly kind: 'commit'; readonly before: string }

/** What is known of a tag when one of its segments is read. */
type Context = {
  readonly names: ReleaseNames
  readonly distros: DistroTable
  readonly last: TagField | undefined
  readonly hasVersion: boolean
}

const number = String.raw`\d{1,15}(?:\.\d{1,15}){0,7}`
const bareNumber = new RegExp(`^([vV]?)(${number})$`)
const wordAndNumber = new RegExp(String.raw`^([A-Za-z]{1,30}?|k3s|rke2r)(\.?)(${number})$`)
const numberAndWord = new RegExp(String.raw`^([vV]?)(${number})\.?([A-Za-z]{1,30})\.?(${number})?$`)
const numberAndRest = new RegExp(String.raw`^([vV]?)(\d{1,15}(?:\.\d{1,15}){1,7})(\D.*)$`)
const javaUpdate = /^(\d{1,3})u(\d{1,6})$/
const word = /^[A-Za-z]+$/
const commit = /^g?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}$/
/** Signatures, attestations, and images named by content or commit: no version in them. */
const namedByHash = /^sha(?:\d{1,3})?-[0-9a-f]{6,128}(?:\.[a-z]{1,10})?$/

/** Twice as many as the longest tags of real images have; a tag with more names no version. */
const mostSegments = 24

/** The fields of a tag that is one by its form, in order. */
export function fieldsOf(tag: string, distros: DistroTable): readonly TagField[] {
  const segments = segmentsOf(tag)
  if (namedByHash.test(tag) || segments.length > mostSegments) return [plain('', tag)]
  const names = releaseNames(distros)
  const fields: TagField[] = []
  let hasVersion = false
  for (let at = 0; at < segments.length; at += 1) {
    const [segment, next] = [segments[at], segments[at + 1]]
    if (segment === undefined) break
    const context: Context = { names, distros, last: fields.at(-1), hasVersion }
    const pair = next === undefined ? null : pairField(segment, next, context)
    const read = pair === null ? segmentFields(segment, context) : [pair]
    if (pair !== null) at += 1
    // The number of a pre-release that stood alone before it.
    if (read[0]?.kind === 'pre-release' && context.last?.kind === 'pre-release') fields.pop()
    fields.push(...read)
    hasVersion ||= read.some(({ kind }) => kind === 'version')
  }
  return withJavaParts(hasVersion ? fields : withLedVersion(fields))
}

/** A word and its number with a separator between: `debian-12`, `build-7`, `rc-1`. */
function pairField({ before, text }: Segment, next: Segment, { names, hasVersion }: Context): TagField | null {
  if (!word.test(text) || bareNumber.exec(next.text)?.[1] !== '') return null
  const lead = `${text}${next.before}`
  const release = numberedRelease(names, text, next.text)
  if (release !== null) return { kind: 'release', before, lead, release }
  if (!hasVersion) return null
  const lower = text.toLowerCase()
  const numbers = numbersOf(next.text)
  if (rebuildWords.has(lower) || branchWords.has(lower)) return { kind: 'rebuild', before, lead, form: '#', numbers }
  return preRelease(before, lower, numbers, 'apart')
}

function segmentFields({ before, text }: Segment, context: Context): readonly TagField[] {
  if (commit.test(text)) return [{ kind: 'commit', before }]
  const date = dateOf(text, context.hasVersion)
  if (date !== null) {
    const early = isUnnumbered(context.last)
      ? context.last
      : context.hasVersion
        ? preRelease(before, date.lead.replace('.', '').toLowerCase(), [], 'apart')
        : null
    if (early !== null) return [{ ...early, numbers: date.numbers }]
    const field: TagField = { kind: 'rebuild', before, lead: date.lead, form: date.form, numbers: date.numbers }
    return date.rest === '' ? [field] : [field, plain('', date.rest)]
  }
  const [, v, digits] = bareNumber.exec(text) ?? []
  if (v !== undefined && digits !== undefined) return [numberField(before, v, digits, context)]
  if (word.test(text)) return [wordField(before, text, context)]
  return wordAndNumberFields(before, text, context) ?? (context.hasVersion ? null : versionAndWordFields(before, text)) ?? [plain(before, text)]
}

/** A number alone: the version if it is the first, else by what stands before it. */
function numberField(before: string, v: string, digits: string, { last, hasVersion, names }: Context): TagField {
  const numbers = numbersOf(digits)
  const version: TagField = { kind: 'version', before, lead: v, numbers }
  const rebuild: TagField = { kind: 'rebuild', before, lead: v, form: '#', numbers }
  if (last?.kind === 'text' && windowsWords.has(last.text.toLowerCase())) return plain(before, v + digits)
  const isCounted = last?.kind === 'rebuild' || last?.kind === 'commit' || isTimestamp(numbers[0])
  if (!hasVersion) return numbers.length === 1 && isCounted ? rebuild : version
  if (isUnnumbered(last)) return { ...last, numbers }
  // Canonical's images name Ubuntu's release by number alone: `1.24-24.04_beta`.
  const release = digits.includes('.') && v === '' ? numberedRelease(names, 'ubuntu', digits) : null
  if (release !== null) return { kind: 'release', before, lead: '', release }
  // The version of what the word names, which makes a variant: `kafka-3.8.0`.
  if (last?.kind === 'text') return plain(before, v + digits)
  return numbers.length === 1 || isTimestamp(numbers.at(-1)) ? rebuild : version
}

function wordField(before: string, text: string, { names, hasVersion }: Context): TagField {
  const lower = text.toLowerCase()
  const release = names.byCodename.get(lower)
  if (release !== undefined) return { kind: 'release', before, lead: '', release }
  return (hasVersion ? preRelease(before, lower, [], 'apart') : null) ?? plain(before, text)
}

/** `alpine3.20`, `r5`, `rc.1`, `jdk17`; null where the segment is nothing like it. */
function wordAndNumberFields(before: string, text: string, { names, distros, hasVersion }: Context): readonly TagField[] | null {
  const [, written, dot, digits] = wordAndNumber.exec(text) ?? []
  if (written === undefined || digits === undefined) return null
  const lower = written.toLowerCase()
  const lead = `${written}${dot}`
  const numbers = numbersOf(digits)
  const release = numberedRelease(names, written, digits)
  if (release !== null) return [{ kind: 'release', before, lead, release }]
  if (windowsWords.has(lower) || architectureWords.has(lower)) return [plain(before, text)]
  const early = hasVersion ? preRelease(before, lower, numbers, 'apart') : null
  if (early !== null) return [early]
  // A dot before a single number is how Semantic Versioning counts builds: `ce.0`, `eksbuild.1`.
  const isCounted = rebuildWords.has(lower) || (hasVersion && dot === '.' && numbers.length === 1)
  if (isCounted) return [{ kind: 'rebuild', before, lead, form: '#', numbers }]
  return [isDistroWord(distros, written) ? plain(before, text) : { kind: 'text', before, text, leadsTo: { lead, numbers } }]
}

/** `3.12.0rc1`, `8u432`, `10.9.11ubu2404`: a version with something behind it; null where the segment is nothing like it. */
function versionAndWordFields(before: string, text: string): readonly TagField[] | null {
  const [, feature, update] = javaUpdate.exec(text) ?? []
  // Update 432 of Java 8 is 8.0.432 in the numbering that came after it.
  if (feature !== undefined && update !== undefined) return [{ kind: 'version', before, lead: '<u>', numbers: [Number(feature), 0, Number(update)] }]
  const [, v, digits = '', name = '', tail = ''] = numberAndWord.exec(text) ?? []
  const early = v === undefined ? null : preRelease('', name.toLowerCase(), numbersOf(tail), 'glued')
  if (v !== undefined && early !== null) return [{ kind: 'version', before, lead: v, numbers: numbersOf(digits) }, early]
  const [, lead, version, rest] = numberAndRest.exec(text) ?? []
  if (lead === undefined || version === undefined || rest === undefined) return null
  return [{ kind: 'version', before, lead, numbers: numbersOf(version) }, plain('', rest)]
}

function preRelease(before: string, name: string, numbers: readonly number[], place: 'glued' | 'apart') {
  const rank = preReleaseRanks.get(name)
  if (rank === undefined || (numbers.length === 0 && onlyNumbered.has(name)) || (place === 'apart' && onlyGlued.has(name))) return null
  return { kind: 'pre-release', before, rank, numbers } as const
}

/** Where nothing else is the version, the number behind the first word is, if no date comes before it: `lts-jdk17`, `cuda12.4-20241016`. */
function withLedVersion(fields: readonly TagField[]): readonly TagField[] {
  const at = fields.findIndex((field) => field.kind === 'rebuild' || (field.kind === 'text' && field.leadsTo !== undefined))
  return fields.map((field, index) =>
    index === at && field.kind === 'text' && field.leadsTo !== undefined ? { kind: 'version', before: field.before, ...field.leadsTo } : field,
  )
}

/** Java leaves zeros at the end of a version out (https://openjdk.org/jeps/322): `21_35-jdk` and `11.0.16.1_1-jdk` have four parts as well. */
function withJavaParts(fields: readonly TagField[]): readonly TagField[] {
  const isJava = fields.some((field) => field.kind === 'text' && /^(?:jdk|jre)$/.test(field.text))
  return fields.map((field, at) => {
    const build = fields[at + 1]
    if (!isJava || field.kind !== 'version' || build?.kind !== 'rebuild' || build.before !== '_') return field
    return { ...field, numbers: [...field.numbers, 0, 0, 0].slice(0, Math.max(4, field.numbers.length)) }
  })
}

const plain = (before: string, text: string): TagField => ({ kind: 'text', before, text })
const numbersOf = (text: string): readonly number[] => (text === '' ? [] : text.split('.').map(Number))

function isUnnumbered(field: TagField | undefined): field is Extract<TagField, { kind: 'pre-release' }> {
  return field?.kind === 'pre-release' && field.numbers.length === 0
}

/** Seconds or milliseconds since 1970 rather than a version. */
function isTimestamp(value: number | undefined): boolean {
  const seconds = value === undefined ? 0 : value > 1e12 ? value / 1000 : value
  return seconds >= 1e9 && seconds < 5e9
}
