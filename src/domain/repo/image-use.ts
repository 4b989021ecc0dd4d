/** Image uses: each place of a repo that names an image, with the bytes that would have to change. */
import type { Span } from '../../lib/span.ts'
import type { Digest } from '../image/digest.ts'
import type { Reference } from '../image/reference.ts'

/** What part of a reference an edit writes; `pin` is an empty span where `@<digest>` goes. */
export type EditTarget = 'reference' | 'tag' | 'digest' | 'pin'

/** Bytes that an update would replace. They may lie in another file or an ARG far above the use. */
export type Edit = {
  readonly file: string
  readonly span: Span
  readonly sets: EditTarget
  /** Which characters `[from, to)` of the tag or digest these bytes supply, where it is put together from several places; absent: all of it. */
  readonly piece?: readonly [from: number, to: number]
  /** What is written is put in these quotes: the place has none, and its format would read a number there. */
  readonly quote?: '"'
}

/** What the image is to the file that names it. The list grows with the formats. */
export type Role = keyof typeof roles

/**
 * The roles with what they mean. In Dockerfiles `stage`, `final`, `copy-from`, `mount-from`, `syntax`; of what runs `service`, `container`, `volume`, `action`;
 * of what is put together later `values` (Helm), `override` (Kustomize), `annotation`; of builds `build-context`.
 */
export const roles = {
  stage: 'the base of a build stage',
  final: 'the base of the last build stage',
  'copy-from': 'an image that files are copied from',
  'mount-from': 'an image that is mounted while building',
  syntax: 'the frontend that reads the Dockerfile',
  service: 'an image that runs beside others',
  container: 'an image that runs, or that steps run in',
  volume: 'an image that is mounted as a volume',
  action: 'an image that is run as an action or a step',
  values: 'an image in the values of a chart',
  override: 'an image that takes the place of another one',
  annotation: 'an image that is listed for others to know',
  'build-context': 'an image that stands in for a stage or an image of a Dockerfile',
} as const

/** Why a use is not ours to move. A closed list: `refs --codes` prints it with `skipCodes`. */
export type SkipCode = keyof typeof skipCodes

/** The codes with what they mean, in words for people. */
export const skipCodes = {
  'unresolved-variable': 'a variable in the reference has no value in the file',
  'variable-not-allowed': 'BuildKit takes no variables here, so the file does not build as it stands',
  'invalid-reference': 'the text is not an image reference',
  'refused-by-buildkit': 'BuildKit would refuse this file, so nothing in it is known for sure',
  'maybe-a-stage': 'a bare name in ONBUILD may be a stage of the file that builds on this image',
  'shared-argument': 'one ARG feeds uses that would need different values',
  'argument-given-elsewhere': 'the default in the Dockerfile is not what gets built: another file gives the ARG a value, or takes its base from elsewhere',
  'ambiguous-number': 'the tag has no quotes, and what it is read as is another tag',
  incomplete: 'part of the reference stands elsewhere: the appVersion of a chart, a registry for all its images, an image that is overridden',
  'built-here': 'the image is built here: its name says what the build becomes, not what it stands on',
  template: 'the file is a template, and what stands there is known only when it is filled in',
  'invalid-syntax': 'the file is not what its format asks for, so nothing in it is known for sure',
  'too-large': 'the file is over the size, depth or instruction limit',
  'not-utf8': 'the file is not UTF-8 text',
  unreadable: 'the file could not be read',
} as const

/** Why this use is skipped: `message` names what stands in the way here. */
export type Skip = { readonly code: SkipCode; readonly message: string }

export type ImageUse = {
  readonly file: string
  /** 1-based line where the reference is written. */
  readonly line: number
  /** Holds exactly `text`. */
  readonly span: Span
  readonly format: string
  readonly role: Role
  /** For FROM the stage it opens (name, else index as text); else the stage it stands in; null above all stages. */
  readonly stage: string | null
  /** Reaches the last stage through FROM aliases. */
  readonly inFinal: boolean
  readonly text: string
  /** After ARG expansion; null where nothing can be known. */
  readonly reference: Reference | null
  /** As `--platform` says; null when absent or dependent on BUILDPLATFORM or TARGETPLATFORM. */
  readonly platform: string | null
  /** The platforms that the builds of the repo make of it (`linux/arm64`), where other files say so; empty where none does. */
  readonly builtFor: readonly string[]
  /** True where an ARG supplies the tag, so that a digest beside it would switch `--build-arg` off. */
  readonly tagFromArgument: boolean
  readonly edits: readonly Edit[]
  readonly skip: Skip | null
}

/** What there is to say of a use of which nothing is known but where it stands. */
export const nothingKnown = {
  stage: null,
  inFinal: false,
  reference: null,
  platform: null,
  builtFor: [],
  tagFromArgument: false,
  edits: [],
} as const satisfies Partial<ImageUse>

/** Whether the use names a tag that can move and nothing makes us skip it. A digest without a tag follows nothing. */
export function isFollowed(use: ImageUse): boolean {
  return use.skip === null && use.reference !== null && !(use.reference.tag === null && use.reference.digest !== null)
}

/** The digest that the use is pinned to, or null when it floats. */
export function pinOf(use: ImageUse): Digest | null {
  return use.reference?.digest ?? null
}
