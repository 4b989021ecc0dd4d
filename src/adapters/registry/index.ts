/** Registries over the OCI distribution protocol: digests, manifests, blobs, referrers and tags, each hashed or bounded. */
import { Fault } from '../../domain/fault.ts'
import { type Digest, digestOf, parseDigest } from '../../domain/image/digest.ts'
import { imageMediaTypes, indexMediaTypes, longestManifest, parseManifest } from '../../domain/image/manifest.ts'
import { normalPlatform } from '../../domain/image/platform.ts'
import { formatImageName, type ImageName } from '../../domain/image/reference.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { Registry } from '../../ports/registry.ts'
import type { Http } from '../http/index.ts'
import { readBlob } from './blobs.ts'
import type { StoredCredential } from './credentials.ts'
import { refusal } from './faults.ts'
import { nextPage } from './link.ts'
import { readReferrers } from './referrers.ts'
import { readConfigPlatform, readTags } from './schema.ts'
import { createSession, type RegistryQuirks } from './session.ts'

export type { StoredCredential } from './credentials.ts'
export { type DockerConfig, loadDockerConfig } from './docker-config.ts'
export { oncePerRun } from './once-per-run.ts'
export type { RegistryQuirks } from './session.ts'

/** What the operator configured, and the one way out. */
export type RegistryOptions = {
  readonly http: Http
  readonly credentials: readonly StoredCredential[]
  readonly registries: readonly RegistryQuirks[]
  /** For the lifetimes of tokens. */
  readonly now?: () => Date
}

const accept = [...indexMediaTypes, ...imageMediaTypes].join(', ')
const longestConfig = 1024 * 1024
/** A page may hold every tag of a repository: some registries never paginate. */
const longestTagPage = 8 * 1024 * 1024
const mostTags = 100_000
const mostPages = 1_000
/** ECR answers 400 above this. */
const tagsPerPage = 1_000
const mostEtags = 10_000

/** The port on real registries. Nothing is sent before the first question. */
export function createRegistry(options: RegistryOptions): Registry {
  const now = options.now ?? (() => new Date())
  const session = createSession(options.http, { credentials: options.credentials, registries: options.registries, now })
  /** Where a registry sends no digest by HEAD: what the tag's manifest hashed to, and its ETag, so that asking again costs no body. */
  const hashed = new Map<string, { readonly etag: string; readonly digest: Digest }>()
  const invalid = (image: ImageName, text: string) => new Fault('invalid', `${formatImageName(image)}: ${text}`, { host: image.registry })
  const refused = (scope: Scope, image: ImageName, what: string, answer: Parameters<typeof refusal>[2]) =>
    refusal(image, what, answer, session.credentialOf(scope, image) !== null)

  async function digestByGet(scope: Scope, image: ImageName, tag: string): Promise<Digest> {
    const key = JSON.stringify([scope, formatImageName(image), tag])
    const known = hashed.get(key)
    const headers = known === undefined ? {} : { 'if-none-match': known.etag }
    const answer = await session.ask(scope, image, { method: 'GET', path: `manifests/${tag}`, accept, maxBytes: longestManifest, raw: true, headers })
    if (answer.status === 304 && known !== undefined) return known.digest
    if (answer.status !== 200) throw refused(scope, image, `tag ${tag}`, answer)
    const parsed = parseManifest(answer.body, answer.headers['content-type'] ?? null)
    if (parsed.kind === 'invalid') throw invalid(image, `tag ${tag} shows something that is no manifest: ${parsed.problem}`)
    const etag = answer.headers['etag']
    if (etag !== undefined && hashed.size < mostEtags) hashed.set(key, { etag, digest: parsed.manifest.digest })
    return parsed.manifest.digest
  }

  return {
    async tagDigest(scope, image, tag) {
      const answer = await session.ask(scope, image, { method: 'HEAD', path: `manifests/${tag}`, accept, maxBytes: 0, raw: true })
      const digest = answer.status === 200 ? parseDigest(answer.headers['docker-content-digest'] ?? '') : null
      if (digest !== null) return digest
      // No digest; or a registry that knows no HEAD; or a 404, whose body says whether the tag or the whole repository is unknown.
      if (answer.status === 200 || answer.status === 404 || answer.status === 405) return digestByGet(scope, image, tag)
      throw refused(scope, image, `tag ${tag}`, answer)
    },

    async manifest(scope, image, digest) {
      const answer = await session.ask(scope, image, { method: 'GET', path: `manifests/${digest}`, accept, maxBytes: longestManifest, raw: true })
      if (answer.status !== 200) throw refused(scope, image, `manifest ${digest}`, answer)
      checkDigest(image, answer.body, digest)
      const parsed = parseManifest(answer.body, answer.headers['content-type'] ?? null, digest)
      if (parsed.kind === 'invalid') throw invalid(image, `${digest} is no manifest: ${parsed.problem}`)
      return parsed.manifest
    },

    async isServed(scope, image, digest) {
      const path = `manifests/${digest}`
      for (const method of ['HEAD', 'GET'] as const) {
        const answer = await session.ask(scope, image, { method, path, accept, maxBytes: method === 'HEAD' ? 0 : longestManifest, raw: true })
        if (answer.status === 200) return true
        if (answer.status !== 404 && answer.status !== 405) throw refused(scope, image, `manifest ${digest}`, answer)
      }
      return false
    },

    async platformOf(scope, image, config) {
      if (config.size > longestConfig) throw invalid(image, `its config announces ${config.size} bytes; we read ${longestConfig}`)
      const path = `blobs/${config.digest}`
      const answer = await session.ask(scope, image, { method: 'GET', path, accept: '*/*', maxBytes: longestConfig, raw: true })
      if (answer.status !== 200) throw refused(scope, image, `config ${config.digest}`, answer)
      if (answer.body.length !== config.size) throw invalid(image, `its config has ${answer.body.length} bytes, not ${config.size} as the manifest says`)
      checkDigest(image, answer.body, config.digest)
      const platform = readConfigPlatform(answer.body)
      if (platform === null) throw invalid(image, `the config ${config.digest} names no os and architecture`)
      return normalPlatform(platform)
    },

    async tags(scope, image) {
      const all = new Set<string>()
      let url = session.urlOf(image, `tags/list?n=${tagsPerPage}`)
      for (let pages = 1; ; pages += 1) {
        const answer = await session.ask(scope, image, { method: 'GET', path: url, accept: 'application/json', maxBytes: longestTagPage, raw: false })
        if (answer.status !== 200) throw refused(scope, image, 'list of tags', answer)
        const tags = readTags(answer.body)
        if (tags === null) throw invalid(image, 'its list of tags is not one')
        for (const tag of tags) all.add(tag)
        if (all.size > mostTags) throw invalid(image, `it has more than ${mostTags} tags; no list was used`)
        const next = nextPage(url, answer.headers['link'])
        if (next.kind === 'last') return [...all]
        if (next.kind === 'refused') throw invalid(image, `the list of tags was not read to its end: ${next.why}`)
        if (pages >= mostPages) throw invalid(image, `its list of tags has more than ${mostPages} pages; no list was used`)
        url = next.url
      }
    },

    blob: (scope, image, descriptor) => readBlob(session, scope, image, descriptor),
    referrers: (scope, image, digest) => readReferrers(session, scope, image, digest),

    get requests() {
      return session.requests
    },
  }
}

/** Raises `invalid` where `bytes` are not what `digest` promises, whatever the registry's headers say. */
function checkDigest(image: ImageName, bytes: Uint8Array, digest: Digest): void {
  const found = digestOf(bytes, digest)
  if (found === digest) return
  throw new Fault(
    'invalid',
    `${image.registry} sent the wrong digest for ${formatImageName(image)}: asked for ${digest}, got ${found}; nothing of it was used`,
    {
      host: image.registry,
    },
  )
}
