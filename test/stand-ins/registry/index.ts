/** A registry on loopback that speaks the OCI distribution protocol (read side) and misbehaves on demand. */
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Behaviour, type Match, respond, type RightAnswer } from './behaviour.ts'
import { certificate, certificateKey } from './certificate.ts'
import { buildImage, type ImageInput, sha256, type Stored } from './content.ts'
import { type Auth, createGuard, errorAnswer, jsonAnswer } from './guard.ts'
import { referrersPage } from './referrers.ts'

export type { Behaviour, Match } from './behaviour.ts'
export type { ImageInput } from './content.ts'

export type RegistryOptions = {
  readonly auth?: Auth
  /** Name → password. */
  readonly users?: Readonly<Record<string, string>>
  /** `other`: tokens come from a second port, as docker.io's do from auth.docker.io. */
  readonly tokenServer?: 'same' | 'other'
  readonly port?: number
  /** Repositories that anonymous callers get tokens for; all without it. */
  readonly publicRepositories?: readonly string[]
  /** Speaks https with the certificate of `certificate.ts`. */
  readonly tls?: boolean
  /** Entries in a page of tags or referrers at most, whatever `n` says. */
  readonly pageSize?: number
  /** False: it knows no referrers API and answers 404, as older registries do. */
  readonly referrers?: boolean
}

export type SeenRequest = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly status: number }
export type PushedImage = { readonly digest: string; readonly manifests: Readonly<Record<string, string>>; readonly bytes: Buffer }

export type StandInRegistry = {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Where tokens come from; the same as `host` without `tokenServer: 'other'`. */
  readonly tokenHost: string
  /** Everything asked so far, in order of the answers; token requests included. */
  readonly requests: readonly SeenRequest[]
  /** Builds an image, stores it and points the tag at it. */
  pushImage(name: string, tag: string, input?: ImageInput): PushedImage
  /** Stores any bytes as a manifest and gives their digest. */
  pushManifest(name: string, bytes: Uint8Array | string, mediaType: string, tag?: string): string
  pushBlob(name: string, bytes: Uint8Array | string): string
  tag(name: string, tag: string, digest: string): void
  untag(name: string, tag: string): void
  deleteManifest(name: string, digest: string): void
  /** What the tag points at, or null. */
  digestOf(name: string, tag: string): string | null
  /** From now on matching requests get `behaviour`; the newest script that matches wins. Returns the function that ends it. */
  script(match: Match, behaviour: Behaviour): () => void
  close(): Promise<void>
}

type Repository = { readonly tags: Map<string, string>; readonly manifests: Map<string, Stored>; readonly blobs: Map<string, Buffer> }

export async function startRegistry(options: RegistryOptions = {}): Promise<StandInRegistry> {
  const repositories = new Map<string, Repository>()
  const requests: SeenRequest[] = []
  const scripts: { readonly match: Match; readonly behaviour: Behaviour; seen: number }[] = []
  const guard = createGuard(
    options.auth ?? 'none',
    options.users ?? {},
    () => `${options.tls === true ? 'https' : 'http'}://${tokenHost}/token`,
    options.publicRepositories ?? null,
  )
  const at = (name: string) => repositories.get(name) ?? fresh(name)
  const fresh = (name: string) => {
    const repository = { tags: new Map(), manifests: new Map(), blobs: new Map() }
    repositories.set(name, repository)
    return repository
  }

  function struck(method: string, path: string): Behaviour | null {
    for (const script of scripts.toReversed()) {
      const { match } = script
      if (match.method !== undefined && match.method !== method) continue
      if (typeof match.path === 'string' ? !path.includes(match.path) : !match.path.test(path)) continue
      script.seen += 1
      const turn = script.seen - (match.after ?? 0)
      if (turn >= 1 && turn <= (match.times ?? Number.POSITIVE_INFINITY)) return script.behaviour
    }
    return null
  }

  function answer(method: string, url: URL, headers: IncomingHttpHeaders, form: URLSearchParams): RightAnswer {
    if (url.pathname === '/token') return guard.token(headers.authorization, method === 'POST' ? form : url.searchParams)
    const [, name = null, kind = '', reference = ''] = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/([^/]+)$/.exec(url.pathname) ?? []
    const refused = guard.refuse(headers.authorization, name)
    if (refused !== null) return refused
    if (url.pathname === '/v2/') return jsonAnswer(200, {})
    if (method !== 'GET' && method !== 'HEAD') return errorAnswer(405, 'UNSUPPORTED')
    const repository = name === null ? undefined : repositories.get(name)
    if (repository === undefined) return errorAnswer(404, 'NAME_UNKNOWN')
    if (kind === 'tags') return tagsPage(name ?? '', repository, url, options.pageSize ?? 1000)
    if (kind === 'referrers') {
      if (options.referrers === false) return { status: 404, headers: { 'content-type': 'text/plain' }, body: Buffer.from('404 page not found') }
      return referrersPage(repository.manifests, reference, url, options.pageSize ?? 1000)
    }
    if (kind === 'blobs') return blobAnswer(repository.blobs.get(reference), reference)
    const digest = repository.tags.get(reference) ?? reference
    return manifestAnswer(repository.manifests.get(digest), digest, headers['if-none-match'])
  }

  const listen = (port: number) => {
    const listener: RequestListener = (request, response) => {
      const { method = 'GET', url = '/', headers } = request
      const form: Buffer[] = []
      request.on('data', (chunk: Buffer) => form.push(chunk))
      request.on('end', () => {
        const right = answer(method, new URL(url, 'http://stand-in'), headers, new URLSearchParams(Buffer.concat(form).toString()))
        requests.push({ method, path: url, headers, status: respond(response, request, right, struck(method, url)) })
      })
    }
    const server = options.tls === true ? createTlsServer({ cert: certificate, key: certificateKey }, listener) : createServer(listener)
    return new Promise<Server>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve(server)))
  }
  const server = await listen(options.port ?? 0)
  const tokenServer = options.tokenServer === 'other' ? await listen(0) : server
  const hostOf = (of: Server) => `127.0.0.1:${(of.address() as AddressInfo).port}`
  const tokenHost = hostOf(tokenServer)

  return {
    host: hostOf(server),
    tokenHost,
    requests,
    pushImage(name, tag, input) {
      const image = buildImage(input)
      const repository = at(name)
      for (const { bytes } of image.blobs) repository.blobs.set(sha256(bytes), bytes)
      for (const manifest of image.allManifests) repository.manifests.set(sha256(manifest.bytes), manifest)
      repository.tags.set(tag, image.digest)
      return { digest: image.digest, manifests: image.manifests, bytes: image.bytes }
    },
    pushManifest(name, bytes, mediaType, tag) {
      const stored = { bytes: Buffer.from(bytes as Uint8Array), mediaType }
      const digest = sha256(stored.bytes)
      at(name).manifests.set(digest, stored)
      if (tag !== undefined) at(name).tags.set(tag, digest)
      return digest
    },
    pushBlob(name, bytes) {
      const stored = Buffer.from(bytes as Uint8Array)
      at(name).blobs.set(sha256(stored), stored)
      return sha256(stored)
    },
    tag: (name, tag, digest) => void at(name).tags.set(tag, digest),
    untag: (name, tag) => void at(name).tags.delete(tag),
    deleteManifest(name, digest) {
      const { manifests, tags } = at(name)
      manifests.delete(digest)
      for (const [tag, target] of tags) if (target === digest) tags.delete(tag)
    },
    digestOf: (name, tag) => repositories.get(name)?.tags.get(tag) ?? null,
    script(match, behaviour) {
      const script = { match, behaviour, seen: 0 }
      scripts.push(script)
      return () => void scripts.splice(scripts.indexOf(script), 1)
    },
    async close() {
      for (const one of new Set([server, tokenServer])) {
        one.closeAllConnections()
        await new Promise((resolve) => one.close(resolve))
      }
    },
  }
}

function manifestAnswer(stored: Stored | undefined, digest: string, ifNoneMatch: string | undefined): RightAnswer {
  if (stored === undefined) return errorAnswer(404, 'MANIFEST_UNKNOWN')
  const headers = { 'content-type': stored.mediaType, 'docker-content-digest': digest, etag: `"${digest}"` }
  if (ifNoneMatch === headers.etag) return { status: 304, headers, body: Buffer.alloc(0) }
  return { status: 200, headers: { ...headers, 'content-length': String(stored.bytes.length) }, body: stored.bytes }
}

function blobAnswer(bytes: Buffer | undefined, digest: string): RightAnswer {
  if (bytes === undefined) return errorAnswer(404, 'BLOB_UNKNOWN')
  return { status: 200, headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': digest }, body: bytes }
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags: lexical order, `last` excluded, the next page in `Link`. */
function tagsPage(name: string, repository: Repository, url: URL, pageSize: number): RightAnswer {
  const all = [...repository.tags.keys()].sort()
  const last = url.searchParams.get('last')
  const rest = last === null ? all : all.filter((tag) => tag > last)
  const page = rest.slice(0, Math.min(Number(url.searchParams.get('n') ?? pageSize), pageSize))
  const link = page.length < rest.length ? { link: `</v2/${name}/tags/list?n=${page.length}&last=${page.at(-1)}>; rel="next"` } : {}
  return jsonAnswer(200, { name, tags: page }, link)
}
