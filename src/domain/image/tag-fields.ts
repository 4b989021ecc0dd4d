/** The fields of a tag: what each of its segments means, given those before it. */
import type { DistroTable } from '../package/distro.ts'
import { isDistroWord, numberedRelease, type ReleaseNames, releaseNames, type TagRelease } from './tag-release.ts'
import { dateOf, type Segment, segmentsOf } from './tag-segments.ts'
import { architectureWords, onlyGlued, onlyNumbered, preReleaseRanks, rebuildWords, windowsWords } from './tag-words.ts'

/** `before` are the separators in front of it, `lead` the words that are written together with its numbers (`v`, `alpine`, `ls`). */
export type TagField =
  /** Words of the variant; `leadsTo`: the numbers right behind a word (`jdk17`), which are the version of a tag that has no other. */
  | {
      readonly kind: 'text'
      readonly before: string
      readonly text: string
      readonly leadsTo: { readonly word: string; readonly numbers: readonly number[] } | null
    }
  | { readonly kind: 'version'; readonly before: string; readonly lead: string; readonly numbers: readonly number[] }
  | { readonly kind: 'pre-release'; readonly before: string; readonly rank: number; readonly numbers: readonly number[] }
  | { readonly kind: 'release'; readonly before: string; readonly lead: string; readonly release: TagRelease }
  | { readonly kind: 'rebuild'; readonly before: string; readonly lead: string; readonly form: string; readonly numbers: readonly number[] }
  | { readonly kind: 'commit'; readonly before: string }

type Context = { readonly names: ReleaseNames; readonly distros: DistroTable; readonly fields: readonly TagField[]; readonly next: Segment | undefined }

const number = String.raw`\d{1,15}(?:\.\d{1,15}){0,7}`
const bareNumber = new RegExp(`^([vV]?)(${number})$`)
const wordAndNumber = new RegExp(String.raw`^([A-Za-z]{1,30}?|k3s|rke2r)(\.?)(${number})$`)
const numberAndWord = new RegExp(String.raw`^([vV]?)(${number})(\.?)([A-Za-z]{1,30})((?:\.?${number})?)$`)
const javaUpdate = /^(\d{1,3})u(\d{1,6})$/
const numberAndRest = new RegExp(String.raw`^([vV]?)(\d{1,15}(?:\.\d{1,15}){1,7})(\D.*)$`)
const commitForm = /^g?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}$/
/** Tags of signatures and the like, and names by content or commit: no version in them. */
const digestForm = /^sha(?:\d{1,3})?-[0-9a-f]{6,128}(?:\.[a-z]{1,10})?$/

/** The fields of a tag that is one by its form, in order. */
export function fieldsOf(tag: string, distros: DistroTable): readonly TagField[] {
  if (digestForm.test(tag)) return [{ kind: 'text', before: '', text: tag, leadsTo: null }]
  const names = releaseNames(distros)
  const segments = segmentsOf(tag)
  const fields: TagField[] = []
  for (let at = 0; at < segments.length; at += 1) {
    const segment = segments[at]
    if (segment === undefined) break
    const next = segments[at + 1]
    const context = { names, distros, fields, next }
    const pair = next === undefined ? null : spelledApart(segment, next, context)
    if (pair === null) fields.push(...fieldsIn(segment, context))
    else {
      fields.push(pair)
      at += 1
    }
  }
  return withVersion(fields)
}

/** A word and its number with a separator between: `debian-12`, `build-7`, `rc-1`. */
function spelledApart({ before, text }: Segment, next: Segment, { names, fields }: Context): TagField | null {
  if (next.before === '' || !/^[A-Za-z]+$/.test(text)) return null
  const numbers = bareNumber.exec(next.text)?.[1] === '' ? numbersOf(next.text) : null
  if (numbers === null) return null
  const release = numberedRelease(names, text, next.text)
  if (release !== null) return { kind: 'release', before, lead: `${text}${next.before}`, release }
  const word = text.toLowerCase()
  if (!hasVersion(fields)) return null
  if (rebuildWords.has(word)) return { kind: 'rebuild', before, lead: `${text}${next.before}`, form: '#', numbers }
  return preReleaseOf(before, word, numbers, 'apart')
}

/** What one segment means. */
function fieldsIn({ before, text }: Segment, context: Context): readonly TagField[] {
  const { fields, names } = context
  if (commitForm.test(text)) return [{ kind: 'commit', before }]
  const date = dateOf(text, hasVersion(fields))
  const last = fields.at(-1)
  if (date !== null) {
    if (last?.kind === 'pre-release' && last.numbers.length === 0) return [{ ...last, before, numbers: date.numbers }]
    return [{ kind: 'rebuild', before, lead: date.before, form: date.form, numbers: date.numbers }]
  }
  const bare = bareNumber.exec(text)
  if (bare !== null) return [numberField(before, bare[1] ?? '', bare[2] ?? '', context)]
  const codename = names.byCodename.get(text.toLowerCase())
  if (codename !== undefined) return [{ kind: 'release', before, lead: '', release: codename }]
  if (/^[A-Za-z]+$/.test(text)) return [wordField(before, text, fields)]
  return wordAndNumberField(before, text, context) ?? numberAndWordFields(before, text, fields) ?? [plain(before, text)]
}

/** A number alone: the version if it is the first, else by what stands before it. */
function numberField(before: string, lead: string, text: string, { fields, names }: Context): TagField {
  const numbers = numbersOf(text)
  const last = fields.at(-1)
  const previous = last?.kind === 'text' ? last.text.toLowerCase() : ''
  if (windowsWords.has(previous)) return plain(before, lead + text)
  if (!hasVersion(fields)) {
    return isTimestamp(numbers) ? { kind: 'rebuild', before, lead, form: '#', numbers } : { kind: 'version', before, lead, numbers }
  }
  if (last?.kind === 'pre-release' && last.numbers.length === 0 && lead === '') return { ...last, numbers }
  const release = text.includes('.') ? numberedRelease(names, 'ubuntu', text) : null
  if (release !== null && lead === '') return { kind: 'release', before, lead, release }
  if (last?.kind === 'text') return plain(before, lead + text)
  return numbers.length === 1 || isTimestamp(numbers.slice(-1))
    ? { kind: 'rebuild', before, lead, form: '#', numbers }
    : { kind: 'version', before, lead, numbers }
}

function wordField(before: string, text: string, fields: readonly TagField[]): TagField {
  return (hasVersion(fields) ? preReleaseOf(before, text.toLowerCase(), [], 'apart') : null) ?? plain(before, text)
}

/** `alpine3.20`, `r5`, `rc.1`, `jdk17`. */
function wordAndNumberField(before: string, text: string, { names, fields, distros }: Context): readonly TagField[] | null {
  const [, written, dot = '', digits] = wordAndNumber.exec(text) ?? []
  if (written === undefined || digits === undefined) return null
  const word = written.toLowerCase()
  const numbers = numbersOf(digits)
  const lead = `${written}${dot}`
  const release = numberedRelease(names, written, digits)
  if (release !== null) return [{ kind: 'release', before, lead, release }]
  if (windowsWords.has(word) || architectureWords.has(word)) return [plain(before, text)]
  const preRelease = hasVersion(fields) ? preReleaseOf(before, word, numbers, 'apart') : null
  if (preRelease !== null) return [preRelease]
  // A dot before a single number is how Semantic Versioning counts builds: `ce.0`, `eksbuild.1`.
  if (rebuildWords.has(word) || (dot === '.' && numbers.length === 1)) return [{ kind: 'rebuild', before, lead, form: '#', numbers }]
  return [{ kind: 'text', before, text, leadsTo: isDistroWord(distros, written) ? null : { word: lead, numbers } }]
}

/** `3.12.0rc1`, `8u432`, `10.9.11ubu2404`: a version with something behind it. */
function numberAndWordFields(before: string, text: string, fields: readonly TagField[]): readonly TagField[] | null {
  if (hasVersion(fields)) return null
  const [, feature, update] = javaUpdate.exec(text) ?? []
  // What Java 8 calls update 432 of 8 is 8.0.432 in the numbering that came after it.
  if (feature !== undefined && update !== undefined) return [{ kind: 'version', before, lead: '<u>', numbers: [Number(feature), 0, Number(update)] }]
  const [, v, digits, dot, word, tail] = numberAndWord.exec(text) ?? []
  if (v !== undefined && digits !== undefined && word !== undefined && tail !== undefined) {
    const preRelease = preReleaseOf(dot ?? '', word.toLowerCase(), numbersOf(tail.replace(/^\./, '')), 'glued')
    if (preRelease !== null) return [{ kind: 'version', before, lead: v, numbers: numbersOf(digits) }, preRelease]
  }
  const [, lead, version, rest] = numberAndRest.exec(text) ?? []
  if (lead === undefined || version === undefined || rest === undefined) return null
  return [{ kind: 'version', before, lead, numbers: numbersOf(version) }, plain('', rest)]
}

function preReleaseOf(before: string, word: string, numbers: readonly number[], place: 'glued' | 'apart'): TagField | null {
  const rank = preReleaseRanks.get(word)
  if (rank === undefined || (numbers.length === 0 && onlyNumbered.has(word)) || (place === 'apart' && onlyGlued.has(word))) return null
  return { kind: 'pre-release', before, rank, numbers }
}

/** Where nothing else is the version, the number behind the first word is: `lts-jdk17`, `pg16`. */
function withVersion(fields: readonly TagField[]): readonly TagField[] {
  if (hasVersion(fields)) return fields
  const at = fields.findIndex((field) => field.kind === 'text' && field.leadsTo !== null)
  return fields.map((field, index) =>
    index === at && field.kind === 'text' && field.leadsTo !== null
      ? { kind: 'version', before: field.before, lead: field.leadsTo.word, numbers: field.leadsTo.numbers }
      : field,
  )
}

const hasVersion = (fields: readonly TagField[]): boolean => fields.some(({ kind }) => kind === 'version')
const plain = (before: string, text: string): TagField => ({ kind: 'text', before, text, leadsTo: null })
const numbersOf = (text: string): readonly number[] => (text === '' ? [] : text.split('.').map(Number))

/** Seconds or milliseconds since 1970 rather than a version. */
function isTimestamp(numbers: readonly number[]): boolean {
  const [only = 0] = numbers
  return numbers.length === 1 && ((only >= 1_000_000_000 && only < 5_000_000_000) || (only >= 1_000_000_000_000 && only < 5_000_000_000_000))
}
