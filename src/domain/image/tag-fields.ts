/** The fields of a tag: what each of its segments means, given those before it. */
import type { DistroTable } from '../package/distro.ts'
import { isCommit, isUnnumbered, numbersOf, plain, type TagContext, type TagField } from './tag-field.ts'
import { numberField } from './tag-number.ts'
import { numberedRelease, releaseNames } from './tag-release.ts'
import { dateOf, type Segment, segmentsOf } from './tag-segments.ts'
import { branchWords, onlyGlued, onlyNumbered, preReleaseRanks, rebuildWords, versionWords } from './tag-words.ts'

const number = String.raw`\d{1,15}(?:\.\d{1,15}){0,7}`
const bareNumber = new RegExp(`^([vV]?)(${number})$`)
const wordAndNumber = new RegExp(String.raw`^([A-Za-z]{1,30}?|k3s|rke2r)(\.?)(${number})$`)
const numberAndWord = new RegExp(String.raw`^([vV]?)(${number})\.?([A-Za-z]{1,30})\.?(${number})?$`)
const numberAndRest = new RegExp(String.raw`^([vV]?)(\d{1,15}(?:\.\d{1,15}){1,7})(\D.*)$`)
const javaUpdate = /^(\d{1,3})u(\d{1,6})$/
const word = /^[A-Za-z]+$/
/** Signatures, attestations, and images named by content or commit: no version in them. */
const namedByHash = /^sha(?:\d{1,3})?-[0-9a-f]{6,128}(?:\.[a-z]{1,10})?$/

/** More than twice as many as the longest tags of real images have; a tag with more names no version. */
const mostPieces = 32

/** The fields of a tag that is one by its form, in order. */
export function fieldsOf(tag: string, distros: DistroTable): readonly TagField[] {
  if (namedByHash.test(tag) || tag.split(/[-_]/).length > mostPieces) return [plain('', tag)]
  const segments = segmentsOf(tag)
  const names = releaseNames(distros)
  const fields: TagField[] = []
  let version: readonly number[] | null = null
  for (let at = 0; at < segments.length; at += 1) {
    const [segment, next] = [segments[at], segments[at + 1]]
    if (segment === undefined) break
    const context: TagContext = { names, last: fields.at(-1), version, next: next?.text ?? null }
    const pair = next === undefined ? null : pairField(segment, next, context)
    const read = pair === null ? segmentFields(segment, context) : [pair]
    if (pair !== null) at += 1
    // The number of a pre-release that stood alone before it.
    if (read[0]?.kind === 'pre-release' && context.last?.kind === 'pre-release') fields.pop()
    fields.push(...read)
    version ??= read.find((field) => field.kind === 'version')?.numbers ?? null
  }
  return withJavaParts(version === null ? withLedVersion(fields) : fields)
}

/** A word and its number with a separator between: `debian-12`, `build-7`, `rc-1`. */
function pairField({ before, text }: Segment, next: Segment, { names, version }: TagContext): TagField | null {
  if (!word.test(text) || bareNumber.exec(next.text)?.[1] !== '') return null
  const lead = `${text}${next.before}`
  const release = numberedRelease(names, text, next.text)
  if (release !== null) return { kind: 'release', before, lead, form: '#', release }
  if (version === null) return null
  const lower = text.toLowerCase()
  const numbers = numbersOf(next.text)
  if (rebuildWords.has(lower) || branchWords.has(lower)) return { kind: 'rebuild', before, lead, form: '#', numbers }
  return preRelease(before, lower, numbers, 'apart')
}

function segmentFields({ before, text }: Segment, context: TagContext): readonly TagField[] {
  if (isCommit(text)) return [{ kind: 'commit', before }]
  const date = dateOf(text, context.version !== null)
  if (date !== null) {
    const early = isUnnumbered(context.last)
      ? context.last
      : context.version !== null
        ? preRelease(before, date.lead.replace('.', '').toLowerCase(), [], 'apart')
        : null
    if (early !== null) return [{ ...early, numbers: date.numbers }]
    const field: TagField = { kind: 'rebuild', before, lead: date.lead, form: date.form, numbers: date.numbers }
    return date.rest === '' ? [field] : [field, plain('', date.rest)]
  }
  const [, v, digits] = bareNumber.exec(text) ?? []
  if (v !== undefined && digits !== undefined) return [numberField(before, v, digits, context)]
  if (word.test(text)) return [wordField(before, text, context)]
  return wordAndNumberFields(before, text, context) ?? (context.version === null ? versionAndWordFields(before, text) : null) ?? [plain(before, text)]
}

function wordField(before: string, text: string, { names, version }: TagContext): TagField {
  const lower = text.toLowerCase()
  const release = names.byCodename.get(lower)
  if (release !== undefined) return { kind: 'release', before, lead: '', form: '', release }
  return (version === null ? null : preRelease(before, lower, [], 'apart')) ?? plain(before, text)
}

/** `alpine3.20`, `r5`, `rc.1`, `jdk17`; null where the segment is nothing like it. */
function wordAndNumberFields(before: string, text: string, { names, version, last }: TagContext): readonly TagField[] | null {
  const [, written, dot, digits] = wordAndNumber.exec(text) ?? []
  if (written === undefined || digits === undefined) return null
  const lower = written.toLowerCase()
  const lead = `${written}${dot}`
  const numbers = numbersOf(digits)
  const release = numberedRelease(names, written, digits)
  if (release !== null) return [{ kind: 'release', before, lead, form: '#', release }]
  const early = version === null ? null : preRelease(before, lower, numbers, 'apart')
  if (early !== null) return [early]
  // A dot before a single number is how Semantic Versioning counts builds: `ce.0`, `eksbuild.1`. What begins a tag counts no builds of anything.
  const isCounted = (last !== undefined && rebuildWords.has(lower)) || (version !== null && dot === '.' && numbers.length === 1)
  if (isCounted) return [{ kind: 'rebuild', before, lead, form: '#', numbers }]
  return [versionWords.has(lower) ? { kind: 'text', before, text, leadsTo: { lead, numbers } } : plain(before, text)]
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

/** Where nothing else is the version, the number that a word like `release` leads to is, if no date comes before it. */
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
