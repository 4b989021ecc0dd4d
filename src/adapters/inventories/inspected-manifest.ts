/** Finds what is looked into: the platform manifest behind a digest, and its configuration. */
import { Fault } from '../../domain/fault.ts'
import { type Digest, shortDigest } from '../../domain/image/digest.ts'
import { type ImageConfig, longestImageConfig, parseImageConfig } from '../../domain/image/image-config.ts'
import { type Manifest, runnableEntries } from '../../domain/image/manifest.ts'
import { formatPlatform, type Platform } from '../../domain/image/platform.ts'
import { formatImageName, type ImageName } from '../../domain/image/reference.ts'
import type { Scope } from '../../domain/image/scope.ts'
import type { ImageSource } from '../../ports/image-source.ts'

type Index = Extract<Manifest, { kind: 'index' }>
type ImageManifest = Extract<Manifest, { kind: 'image' }>

/** The platform manifest, its configuration, and the index that it was reached through. */
export type InspectedManifest = { readonly index: Index | null; readonly manifest: ImageManifest; readonly config: ImageConfig; readonly platform: Platform }

const usual: Platform = { os: 'linux', architecture: 'amd64', variant: null, osVersion: null }

/**
 * The image manifest `digest`, or the entry for `platform` of the index `digest` (null: linux/amd64, else the only one). Raises the faults of `ImageSource`,
 * `missing` where the index has no such platform, `invalid` where it leads to another index or the configuration is none of an image's.
 */
export async function inspectedManifest(
  source: ImageSource,
  scope: Scope,
  image: ImageName,
  digest: Digest,
  platform: Platform | null,
): Promise<InspectedManifest> {
  const top = await source.manifest(scope, image, digest)
  if (top.kind === 'image') {
    const config = await readConfig(source, scope, image, top)
    return { index: null, manifest: top, config, platform: config.platform }
  }
  const entry = chooseEntry(top, image, platform)
  const manifest = await source.manifest(scope, image, entry.digest)
  if (manifest.kind !== 'image') throw new Fault('invalid', `${nameOf(image, digest)} is an index whose entry ${shortDigest(entry.digest)} is an index again`)
  return { index: top, manifest, config: await readConfig(source, scope, image, manifest), platform: entry.platform }
}

function chooseEntry(index: Index, image: ImageName, platform: Platform | null): ReturnType<typeof runnableEntries>[number] {
  const entries = runnableEntries(index)
  const isWanted = (wanted: Platform) => (entry: (typeof entries)[number]) =>
    formatPlatform(wanted.osVersion === null ? { ...entry.platform, osVersion: null } : entry.platform) === formatPlatform(wanted)
  const found = entries.find(isWanted(platform ?? usual)) ?? (platform === null && entries.length === 1 ? entries[0] : undefined)
  if (found !== undefined) return found
  const there = entries.map((entry) => formatPlatform(entry.platform)).join(', ')
  throw new Fault('missing', `${nameOf(image, index.digest)} has no image for ${formatPlatform(platform ?? usual)}; it has ${there === '' ? 'none' : there}`)
}

async function readConfig(source: ImageSource, scope: Scope, image: ImageName, { config, digest }: ImageManifest): Promise<ImageConfig> {
  const invalid = (why: string): Fault => new Fault('invalid', `the configuration of ${nameOf(image, digest)} cannot be read: ${why}`)
  if (config.size > longestImageConfig) throw invalid(`it has ${config.size} bytes`)
  const chunks: Uint8Array[] = []
  for await (const chunk of source.blob(scope, image, config)) chunks.push(chunk)
  const parsed = parseImageConfig(Buffer.concat(chunks))
  if (parsed.kind === 'invalid') throw invalid(parsed.problem)
  return parsed.config
}

function nameOf(image: ImageName, digest: Digest): string {
  return `${formatImageName(image)}@${shortDigest(digest)}`
}
