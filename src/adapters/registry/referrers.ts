/** Referrers: what was attached to a manifest after it was made (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers). */
import { Fault } from '../../domain/fault.ts'
import type { Digest } from '../../domain/image/digest.ts'
import { type Descriptor, longestManifest, parseManifest } from '../../domain/image/manifest.ts'
import { formatImageName, type ImageName } from '../../domain/image/reference.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { HttpResponse } from '../http/index.ts'
import { refusal } from './faults.ts'
import { nextPage } from './link.ts'
import { readArtifactTypes } from './schema.ts'
import type { Session } from './session.ts'

type Referrer = Descriptor & { readonly artifactType: string | null }

const accept = 'application/vnd.oci.image.index.v1+json'
/** Registries without the API answer 404; some say 400, 405, 406 or 501, since to them it is no path at all. */
const withoutApi = new Set([400, 404, 405, 406, 501])
const mostPages = 100
const mostReferrers = 10_000

/** The referrers of `digest` as `ImageSource.referrers` has it: by the API, else by the fallback tag. */
export async function readReferrers(session: Session, scope: Scope, image: ImageName, digest: Digest): Promise<readonly Referrer[]> {
  const invalid = (text: string) => new Fault('invalid', `${formatImageName(image)}: the list of referrers of ${digest} ${text}`, { host: image.registry })
  const refused = (what: string, answer: HttpResponse) => refusal(image, what, answer, session.credentialOf(scope, image) !== null)
  const ask = (path: string | URL) => session.ask(scope, image, { method: 'GET', path, accept, maxBytes: longestManifest, raw: true })
  const listed = (answer: HttpResponse): readonly Referrer[] => {
    const parsed = parseManifest(answer.body, answer.headers['content-type'] ?? null)
    if (parsed.kind === 'invalid') throw invalid(`is not one: ${parsed.problem}`)
    if (parsed.manifest.kind === 'image') throw invalid('is an image manifest, not an index')
    const types = readArtifactTypes(answer.body)
    return parsed.manifest.manifests.map((descriptor, at) => ({ ...descriptor, artifactType: types[at] ?? null }))
  }

  async function byTag(): Promise<readonly Referrer[]> {
    const tag = fallbackTag(digest)
    const answer = await ask(`manifests/${tag}`)
    if (answer.status === 404) return []
    if (answer.status !== 200) throw refused(`tag ${tag}`, answer)
    return listed(answer)
  }

  const all: Referrer[] = []
  let url = session.urlOf(image, `referrers/${digest}`)
  for (let pages = 1; ; pages += 1) {
    const answer = await ask(url)
    if (pages === 1 && withoutApi.has(answer.status)) return byTag()
    if (answer.status !== 200) throw refused(`list of referrers of ${digest}`, answer)
    all.push(...listed(answer))
    if (all.length > mostReferrers) throw invalid(`has more than ${mostReferrers} entries`)
    const next = nextPage(url, answer.headers['link'])
    if (next.kind === 'last') return all
    if (next.kind === 'refused') throw invalid(`was not read to its end: ${next.why}`)
    if (pages >= mostPages) throw invalid(`has more than ${mostPages} pages`)
    url = next.url
  }
}

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema */
function fallbackTag(digest: Digest): string {
  const [algorithm = '', hex = ''] = digest.split(':')
  return `${algorithm}-${hex.slice(0, 64)}`
}
