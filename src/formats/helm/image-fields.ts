/** Images in fields of their own (`registry`, `repository`, `tag`, `digest`), as charts and operators spell them. */
import { parseReference } from '../../domain/image/reference.ts'
import type { Skip } from '../../domain/repo/image-use.ts'
import { unfilled } from '../kubernetes/written.ts'
import { part, type Sourced } from '../sourced.ts'
import type { Text, Tree } from '../tree.ts'
import type { Fields } from '../use-reader.ts'

/** What a map of values says: an image in fields, one that stands in one text, or one of which something is missing. `read` are the keys that it took, in lower case. */
export type ImageFields = { readonly read: ReadonlySet<string> } & (
  | { readonly kind: 'fields'; readonly fields: Fields /** Nothing else can say more of it. */; readonly isWhole: boolean; readonly skip: Skip | null }
  | { readonly kind: 'text'; readonly text: Sourced }
)

type Keys = ReadonlyMap<string, Tree>

/** Fields that stand beside the name of an image and nothing else. */
const companionsOfImages = ['tag', 'imagetag', 'digest', 'sha', 'sha256', 'pullpolicy', 'imagepullpolicy']

/** Why a reference is not known: the chart or other values have the rest. */
export const incomplete = (what: string): Skip => ({ code: 'incomplete', message: `${what} is not said here` })

/** The image that the map `tree` under `key` holds, or null where it is no image. */
export function imageFields(tree: Tree, key: string): ImageFields | null {
  if (tree.kind !== 'map') return null
  const keys: Keys = new Map(tree.entries.map((entry) => [entry.key.toLowerCase().replaceAll('_', ''), entry.value]))
  const isImage = /image$/i.test(key)
  const named = nameIn(keys, isImage)
  if (named === null) return null
  const { name, tagKeys, prefix } = named
  const tagKey = tagKeys.find((candidate) => textOf(keys, candidate) !== null) ?? tagKeys.find((candidate) => keys.has(candidate)) ?? null
  const digestKey = ['digest', 'sha', 'sha256'].find((candidate) => keys.get(candidate)?.kind === 'text') ?? null
  const read = new Set([...named.read, ...tagKeys, 'digest', 'sha', 'sha256', 'registry'])
  const registry = prefix ?? registryIn(keys)
  const found = composed(name, registry, tagKey === null ? null : (keys.get(tagKey) ?? null), digestKey === null ? null : digestIn(keys, digestKey))
  return { read, ...found, ...(named.isLoose === true ? { skip: incomplete('what is put behind the version') } : {}) }
}

type Named = {
  readonly name: Sourced
  readonly tagKeys: readonly string[]
  readonly prefix: Sourced | null
  readonly read: readonly string[] /** An operator adds to the version (NVIDIA's: the distribution). */
  readonly isLoose?: boolean
}

/** The field that names the image, and those that its tag may stand in. */
function nameIn(keys: Keys, isImage: boolean): Named | null {
  const repositoryKey = ['repository', 'repo'].find((candidate) => (textOf(keys, candidate)?.text ?? '') !== '')
  const repository = repositoryKey === undefined ? null : textOf(keys, repositoryKey)
  const image = textOf(keys, 'image')
  if (repositoryKey !== undefined && repository !== null) {
    if (isElsewhere(repository.text) || keys.has('branch') || keys.has('chart')) return null
    if (image !== null && /^[\w.-]+$/.test(image.text) && (keys.has('version') || keys.has('tag')))
      return { name: image, tagKeys: ['tag', 'version'], prefix: withoutSlash(repository), read: [repositoryKey, 'image'], isLoose: !keys.has('tag') }
    if (!isImage && !companionsOfImages.some((candidate) => keys.has(candidate))) return null
    return { name: repository, tagKeys: ['tag', 'imagetag', ...(isImage ? ['version'] : [])], prefix: null, read: [repositoryKey] }
  }
  const tagKeys = ['tag', 'imagetag', 'imageversion', ...(isImage || keys.has('registry') ? ['version'] : [])]
  const hasTag = tagKeys.some((candidate) => keys.has(candidate))
  if (image !== null && image.text !== '' && hasTag) return { name: image, tagKeys, prefix: textOf(keys, 'hub'), read: ['image', 'hub'] }
  const name = textOf(keys, 'name')
  if (isImage && name !== null && name.text !== '' && (hasTag || keys.has('repository'))) return { name, tagKeys, prefix: null, read: ['name'] }
  return null
}

/** The registry, which some charts keep a default for where the user may name another. */
function registryIn(keys: Keys): Sourced | null {
  const registry = textOf(keys, 'registry') ?? textOf(keys, 'defaultregistry')
  return registry === null ? null : withoutSlash(registry)
}

type Digest = { readonly text: Sourced; readonly isHex: boolean }

/** The digest; some charts put `sha256:` before it themselves. An empty `sha` may be of either sort, so nothing is written there. */
function digestIn(keys: Keys, key: string): Digest | null {
  const text = textOf(keys, key)
  if (text === null || (text.text === '' && key !== 'digest')) return null
  return { text, isHex: /^[0-9a-f]{64}$/.test(text.text) }
}

/** At the end of a repository: templates put `:` between it and the tag, which then is the rest of a digest. */
const cutOff = '@sha256'

function composed(
  name: Sourced,
  registry: Sourced | null,
  tagTree: Tree | null,
  digest: Digest | null,
): Omit<Extract<ImageFields, { kind: 'fields' }>, 'read'> | { readonly kind: 'text'; readonly text: Sourced } {
  const text = tagTree?.kind === 'text' ? tagTree.text : null
  const tag = text === null || text.text === '' ? null : text
  if (name.text.endsWith(cutOff) && tag !== null && /^[0-9a-f]{64}$/.test(tag.text)) {
    const fields = { registry, repository: part(name, 0, name.text.length - cutOff.length), tag: null, digest: tag, digestIsHex: true }
    return { kind: 'fields', fields, isWhole: true, skip: unfilled(name.text) }
  }
  const isDigest = tag !== null && /^sha(?:256|512):/.test(tag.text)
  const known = parseReference(name.text)
  const isWritten = known.kind === 'reference' && (known.reference.tag !== null || known.reference.digest !== null)
  if (isWritten && (registry === null || registry.text === '') && tag === null && (digest?.text.text ?? '') === '') return { kind: 'text', text: name }
  const fields: Fields = {
    registry,
    repository: name,
    tag: isDigest ? null : tag,
    digest: isDigest ? tag : (digest?.text ?? null),
    ...(digest?.isHex === true && !isDigest ? { digestIsHex: true } : {}),
    ...(tagTree?.kind === 'text' && tagTree.isTyped ? { tagIsNumber: true } : {}),
  }
  const isWhole = tag !== null || (digest?.text.text ?? '') !== '' || isWritten
  return { kind: 'fields', fields, isWhole, skip: skipOf(fields, tagTree, isWhole) }
}

function skipOf({ registry, repository, tag }: Fields, tagTree: Tree | null, isWhole: boolean): Skip | null {
  for (const text of [registry, repository, tag]) {
    const skip = text === null ? null : unfilled(text.text)
    if (skip !== null) return skip
  }
  if (!isWhole) return incomplete('the tag')
  return tagTree?.kind === 'text' ? ambiguousNumber(tagTree) : null
}

/** Why the number is not the tag that it looks like: what YAML reads (1.2) is not what stands there (1.20). */
export function ambiguousNumber({ text: { text }, isTyped }: Text): Skip | null {
  if (!isTyped || String(Number(text)) === text) return null
  if (/^(?:true|false)$/.test(text)) return null
  return { code: 'ambiguous-number', message: `without quotes, ${text} is read as a number, and written again as another one` }
}

/** What a repository is to git, to charts and to backups. */
const isElsewhere = (text: string): boolean => text.includes('://') || text.startsWith('git@') || text.endsWith('.git') || /^[./~]/.test(text)

const withoutSlash = (text: Sourced): Sourced => (text.text.endsWith('/') ? part(text, 0, text.text.length - 1) : text)

function textOf(keys: Keys, key: string): Sourced | null {
  const found = keys.get(key)
  return found?.kind === 'text' ? found.text : null
}
