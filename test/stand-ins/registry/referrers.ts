/** The referrers API of the stand-in (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers), computed from what was pushed. */
import type { RightAnswer } from './behaviour.ts'
import { describe, mediaTypes, type Stored } from './content.ts'
import { jsonAnswer } from './guard.ts'

/** The manifests whose `subject` is `digest`, as descriptors; `pageSize` of them at a time, the next page in `Link`. */
export function referrersPage(manifests: ReadonlyMap<string, Stored>, digest: string, url: URL, pageSize: number): RightAnswer {
  const all = [...manifests.values()].flatMap((stored) => descriptorOf(stored, digest))
  const from = Number(url.searchParams.get('from') ?? 0)
  const page = all.slice(from, from + pageSize)
  const link = from + page.length < all.length ? { link: `<${url.pathname}?from=${from + page.length}>; rel="next"` } : {}
  return jsonAnswer(200, { schemaVersion: 2, mediaType: mediaTypes.index, manifests: page }, { 'content-type': mediaTypes.index, ...link })
}

function descriptorOf(stored: Stored, subject: string): object[] {
  const manifest = parsed(stored.bytes)
  if (manifest?.subject?.digest !== subject) return []
  const artifactType = manifest.artifactType ?? manifest.config?.mediaType
  return [{ ...describe(stored), ...(artifactType === undefined ? {} : { artifactType }), annotations: manifest.annotations ?? {} }]
}

type Fields = { subject?: { digest?: string }; artifactType?: string; config?: { mediaType?: string }; annotations?: object }

/** Anything can be pushed as a manifest, also what is none. */
function parsed(bytes: Buffer): Fields | null {
  try {
    return JSON.parse(bytes.toString()) as Fields | null
  } catch {
    return null
  }
}
