/** References: what a file writes to name an image (https://github.com/distribution/reference). */
import { type Digest, parseDigest } from './digest.ts'

/** Where an image lives, spelled in full: Docker Hub's `alpine` is `{ registry: 'docker.io', repository: 'library/alpine' }`. */
export type ImageName = { readonly registry: string; readonly repository: string }

export type Reference = {
  readonly name: ImageName
  /** The name as the file spells it (`alpine`, `index.docker.io/library/alpine`), kept for writing it back. */
  readonly spelling: string
  readonly tag: string | null
  readonly digest: Digest | null
}

/** A reference, or what is wrong with the text in words for its author. */
export type ParsedReference = { readonly kind: 'reference'; readonly reference: Reference } | { readonly kind: 'invalid'; readonly problem: string }

const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
const registryForm = new RegExp(`^(?:${domainComponent}(?:\\.${domainComponent})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)
const pathForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagForm = /^\w[\w.-]{0,127}$/
const longestName = 255

/** Reads one reference. Total: any text gives a value, and the same text always the same one. */
export function parseReference(text: string): ParsedReference {
  const invalid = (problem: string): ParsedReference => ({ kind: 'invalid', problem })
  if (text === '') return invalid('the reference is empty')
  const at = text.indexOf('@')
  const beforeDigest = at < 0 ? text : text.slice(0, at)
  const digest = at < 0 ? null : parseDigest(text.slice(at + 1))
  if (at >= 0 && digest === null) return invalid(`"${text.slice(at + 1)}" is not a sha256 or sha512 digest`)
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1)
  const isPort = beforeDigest.startsWith('[') && !beforeDigest.includes('/')
  const spelling = colon < 0 || isPort ? beforeDigest : beforeDigest.slice(0, colon)
  const tag = colon < 0 || isPort ? null : beforeDigest.slice(colon + 1)
  if (tag !== null && !tagForm.test(tag)) return invalid(`"${tag}" is not a tag: letters, digits, "_", "." and "-", at most 128`)
  if (/^[a-f0-9]{64}$/.test(text)) return invalid('64 hex digits name an image id, not an image in a registry')
  const name = parseImageName(spelling)
  return typeof name === 'string' ? invalid(name) : { kind: 'reference', reference: { name, spelling, tag, digest } }
}

/** The image name that `spelling` stands for, or what is wrong with it. The first part is a registry when it holds "." or ":", is "localhost", or has upper case. */
function parseImageName(spelling: string): ImageName | string {
  const slash = spelling.indexOf('/')
  const first = slash < 0 ? '' : spelling.slice(0, slash)
  const hasRegistry = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  const written = hasRegistry ? first : 'docker.io'
  if (!registryForm.test(written)) return `"${written}" is not a registry host`
  const registry = written === 'index.docker.io' ? 'docker.io' : written
  const path = hasRegistry ? spelling.slice(slash + 1) : spelling
  const wrong = path.split('/').find((part) => !pathForm.test(part))
  if (wrong !== undefined) return path.toLowerCase() === path ? `"${wrong}" is not a repository name` : `repository names are lower case: "${path}"`
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  if (repository.length > longestName) return `the repository name is longer than ${longestName} characters`
  return { registry, repository }
}

/** `docker.io/library/alpine`: the key under which an image is known everywhere but in the file that names it. */
export function formatImageName(name: ImageName): string {
  return `${name.registry}/${name.repository}`
}

/** The inverse of `formatImageName`. Throws on text that it did not print. */
export function parseFullImageName(text: string): ImageName {
  const slash = text.indexOf('/')
  if (slash < 1) throw new Error(`not a full image name: ${text}`)
  return { registry: text.slice(0, slash), repository: text.slice(slash + 1) }
}

/** The reference as its file spells it. `parseReference` of the result gives the same value. */
export function formatReference(reference: Reference): string {
  const { spelling, tag, digest } = reference
  return `${spelling}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/** The tag a registry is asked for: `latest` where the file names none, as Docker does. */
export function tagOrLatest(reference: Reference): string {
  return reference.tag ?? 'latest'
}
