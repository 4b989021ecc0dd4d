/** Tags taken apart: version, pre-release, releases of distributions, rebuilds, and the words around them that name the variant. */
import type { DistroTable } from '../package/distro.ts'
import { plain, type TagField } from './tag-field.ts'
import { fieldsOf } from './tag-fields.ts'
import type { TagRelease } from './tag-release.ts'

export type Tag = {
  readonly text: string
  /** The words before the version, with placeholders for releases: `v`, `<ubuntu>-`. */
  readonly prefix: string
  /** The words behind the version, with placeholders for releases: `-slim-<debian>`. Dates and rebuild counters are left out. */
  readonly suffix: string
  /** The whole with placeholders for all that moves but the pre-release; tags of one line have equal shapes. */
  readonly shape: string
  /** The version, and one that stands behind it (`16-3.4`: PostgreSQL and PostGIS); numbers of any count. */
  readonly versions: readonly (readonly number[])[]
  readonly preRelease: PreRelease | null
  readonly releases: readonly TagRelease[]
  /** Where the first release stands. */
  readonly releaseIn: 'prefix' | 'suffix'
  /** Dates, respins and build counters in their order; each a list of numbers. */
  readonly rebuilds: readonly (readonly number[])[]
}

export type PreRelease = {
  /** How far it is from the release, the farthest lowest. */
  readonly rank: number
  readonly numbers: readonly number[]
}

const tagForm = /^\w[\w.-]{0,127}$/

/** Whether the text is a tag by the OCI distribution specification: letters, digits, `_`, `.` and `-`, at most 128. */
export function isTag(text: string): boolean {
  return tagForm.test(text)
}

/** Takes a tag apart. Total: what is no tag, or holds nothing that can be ordered, has no versions, releases and rebuilds. Linear in the text. */
export function parseTag(text: string, distros: DistroTable): Tag {
  const fields = isTag(text) ? fieldsOf(text, distros) : [plain('', text)]
  const anchor = anchorOf(fields)
  const isPrefix = (at: number) => at < anchor || (at === anchor && fields[at]?.kind === 'release')
  const prefix = fields
    .filter((field, at) => isPrefix(at) && field.kind !== 'rebuild')
    .map(keyOf)
    .join('')
  const lead = fields[anchor]
  return {
    text,
    prefix: lead?.kind === 'version' || lead?.kind === 'rebuild' ? `${prefix}${lead.before}${lead.lead}` : prefix,
    suffix: fields
      .filter((field, at) => !isPrefix(at) && at !== anchor && field.kind !== 'rebuild')
      .map(keyOf)
      .join(''),
    shape: fields.map((field) => (field.kind === 'version' ? `${keyOf(field)}${'.#'.repeat(field.numbers.length - 1)}` : keyOf(field))).join(''),
    versions: fields.flatMap((field) => (field.kind === 'version' ? [field.numbers] : [])),
    preRelease: fields.find((field) => field.kind === 'pre-release') ?? null,
    releases: fields.flatMap((field) => (field.kind === 'release' ? [field.release] : [])),
    releaseIn: fields.findIndex(({ kind }) => kind === 'release') <= anchor ? 'prefix' : 'suffix',
    rebuilds: fields.flatMap((field) => (field.kind === 'rebuild' ? [field.numbers] : [])),
  }
}

/** Whether the tag holds something that can be ordered: a version, a release, a date or a counter. */
export function isOrdered({ versions, releases, rebuilds }: Tag): boolean {
  return versions.length + releases.length + rebuilds.length > 0
}

/** Which field the line is about: the version, else a distribution's release, else a date or counter; behind all fields where there is none. */
function anchorOf(fields: readonly TagField[]): number {
  for (const kind of ['version', 'release', 'rebuild']) {
    const at = fields.findIndex((field) => field.kind === kind)
    if (at >= 0) return at
  }
  return fields.length
}

function keyOf(field: TagField): string {
  switch (field.kind) {
    case 'text':
      return field.before + field.text
    case 'version':
      return `${field.before}${field.lead}#`
    case 'release':
      return `${field.before}${field.lead}<${field.release.distro}${field.form}>`
    case 'rebuild':
      return `${field.before}${field.lead}<${field.form}>`
    case 'commit':
      return `${field.before}<commit>`
    case 'pre-release':
      return ''
  }
}
