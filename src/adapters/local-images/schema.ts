/** The few fields that we read of the files in layouts and archives, narrowed by hand. */

/** A JSON object, or null. */
export function readObject(bytes: Buffer): Readonly<Record<string, unknown>> | null {
  const value = readJson(bytes)
  return isRecord(value) ? value : null
}

/** The `subject` of a manifest and its `artifactType` (else its config's media type), each null where there is none (https://github.com/opencontainers/image-spec/blob/main/manifest.md). */
export function readSubject(bytes: Buffer): { readonly subject: string | null; readonly artifactType: string | null } {
  const json = readObject(bytes)
  const field = (value: unknown, name: string) => (isRecord(value) && typeof value[name] === 'string' ? value[name] : null)
  return { subject: field(json?.['subject'], 'digest'), artifactType: field(json, 'artifactType') ?? field(json?.['config'], 'mediaType') }
}

/** One image of a `docker save` archive. */
export type SavedImage = { readonly config: string; readonly tags: readonly string[]; readonly layers: readonly string[] }

/** What `manifest.json` of a `docker save` archive names (https://github.com/moby/docker-image-spec/blob/main/spec.md#combined-image-json--filesystem-changeset-format), or null. */
export function readSavedImages(bytes: Buffer): readonly SavedImage[] | null {
  const json = readJson(bytes)
  if (!Array.isArray(json)) return null
  const images = json.map((entry): SavedImage | null => {
    if (!isRecord(entry) || typeof entry['Config'] !== 'string') return null
    const [tags, layers] = [entry['RepoTags'] ?? [], entry['Layers'] ?? []]
    return isTexts(tags) && isTexts(layers) ? { config: entry['Config'], tags, layers } : null
  })
  return images.every((image) => image !== null) ? images : null
}

/** `rootfs.diff_ids` of an image config, or null. */
export function readDiffIds(bytes: Buffer): readonly string[] | null {
  const rootfs = readObject(bytes)?.['rootfs']
  const ids = isRecord(rootfs) ? (rootfs['diff_ids'] ?? []) : null
  return isTexts(ids) ? ids : null
}

function readJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
