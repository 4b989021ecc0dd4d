/** Reads a layer from its source, once through and without keeping it: compression, archive, the files in it. */
import type { Descriptor } from '../../../domain/image/manifest.ts'
import type { ImageName } from '../../../domain/image/reference.ts'
import type { Scope } from '../../../domain/image/scope.ts'
import type { ImageSource } from '../../../ports/image-source.ts'
import { type ReadRpmDatabase, readFiles } from './read-files.ts'
import { type LayerContent, type LayerEntry, layerContentVersion } from './layer-content.ts'
import { createLayerScan, followHardLinks, type LayerScan } from './layer-scan.ts'
import type { LayerLimits } from './limits.ts'
import { Refusal } from './refusal.ts'
import { createTarReader } from './tar-reader.ts'
import { unpack } from './unpack.ts'

/** `now` is a clock in ms; only differences count. */
export type LayerReaderParts = { readonly source: ImageSource; readonly rpmDatabase: ReadRpmDatabase; readonly limits: LayerLimits; readonly now: () => number }

/** What was read, and whether its bytes were the ones of the digest to the last: only then may it be kept. */
export type ReadLayer = { readonly content: LayerContent; readonly isVerified: boolean }

type LayerBlob = { readonly scope: Scope; readonly image: ImageName; readonly descriptor: Descriptor; readonly onBytes: (bytes: number) => void }

const mediaTypes = /^application\/vnd\.(oci\.image\.layer\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.diff\.tar(\.gzip|\.zstd)?)$/
const foreignTypes = /^application\/vnd\.(oci\.image\.layer\.nondistributable\.|docker\.image\.rootfs\.foreign\.)/
/** Hard links may lead to hard links that the first reading did not keep either. */
const mostReadings = 3

/**
 * What the layer holds. A layer that cannot be read, or not within the limits, is a value with the reason in `refused`. Raises the faults of `ImageSource.blob`:
 * also after a refusal the blob is read to its end, so that broken bytes are the publisher's and not the network's.
 */
export async function readLayer(parts: LayerReaderParts, blob: LayerBlob): Promise<ReadLayer> {
  const { mediaType, size } = blob.descriptor
  const refuse = (refused: string, isVerified: boolean): ReadLayer => ({ content: { version: layerContentVersion, entries: [], refused }, isVerified })
  if (foreignTypes.test(mediaType)) return refuse('it is not distributed with the image', false)
  if (!mediaTypes.test(mediaType)) return refuse(`a layer of the type ${mediaType.slice(0, 100)} is unknown to us`, false)
  if (size > parts.limits.compressedBytes) return refuse(`it has ${size} bytes, and at most ${parts.limits.compressedBytes} are read`, false)

  const extra = new Set<string>()
  for (let reading = 1; ; reading += 1) {
    const scan = createLayerScan(parts.limits, extra)
    const ended = await scanBlob(parts, blob, scan)
    if (ended.refused !== null) return refuse(ended.refused, ended.isVerified)
    const missing = [...scan.nodes.keys()].flatMap((path) => {
      const node = followHardLinks(scan.nodes, path)
      return node?.kind === 'hardlink' && !extra.has(node.target) ? [node.target] : []
    })
    if (missing.length === 0 || reading === mostReadings) return { content: await contentOf(scan, parts.rpmDatabase), isVerified: true }
    for (const target of missing) extra.add(target)
  }
}

/** Runs the blob through `scan` to its end. Raises the source's faults. */
async function scanBlob(parts: LayerReaderParts, blob: LayerBlob, scan: LayerScan): Promise<{ readonly refused: string | null; readonly isVerified: boolean }> {
  const { limits, now } = parts
  const until = now() + limits.timeMs
  const late = (): boolean => now() > until
  const tooLate = `reading it took longer than ${limits.timeMs} ms`
  const checkTime = (): void => {
    if (late()) throw new Refusal(tooLate)
  }
  const iterator = parts.source.blob(blob.scope, blob.image, blob.descriptor)[Symbol.asyncIterator]()
  let compressed = 0
  let isDone = false
  const next = async (): Promise<Uint8Array | null> => {
    const { done, value } = await iterator.next()
    isDone = done === true
    if (done === true) return null
    compressed += value.length
    blob.onBytes(value.length)
    return value
  }
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let chunk = await next(); chunk !== null; chunk = await next()) {
      checkTime()
      yield chunk
    }
  }

  let refused: string | null = null
  try {
    const tar = createTarReader(scan.visit)
    let uncompressed = 0
    for await (const chunk of unpack(chunks())) {
      checkTime()
      uncompressed += chunk.length
      if (uncompressed > limits.uncompressedBytes) throw new Refusal(`it unpacks to more than ${limits.uncompressedBytes} bytes`)
      if (uncompressed > limits.ratioFromBytes && uncompressed > limits.ratio * compressed)
        throw new Refusal(`it unpacks to more than ${limits.ratio} times its size`)
      tar.write(chunk)
    }
    tar.end()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    refused = error.message
  }
  for (let more = !isDone; more && !late(); ) more = (await next()) !== null
  // Not awaited: a source that hangs would hold us past the time it has.
  if (!isDone) iterator.return?.()?.catch(() => {})
  // Another time it may be faster.
  return { refused: isDone ? refused : (refused ?? tooLate), isVerified: isDone && refused !== tooLate }
}

async function contentOf(scan: LayerScan, rpmDatabase: ReadRpmDatabase): Promise<LayerContent> {
  const whiteouts: LayerEntry[] = [
    ...[...scan.removed].map((path) => ({ kind: 'removed', path }) as const),
    ...[...scan.emptied].map((path) => ({ kind: 'emptied', path }) as const),
  ]
  const entries = await readFiles(scan.nodes, rpmDatabase)
  const depth = ({ path }: LayerEntry): number => (path === '' ? 0 : path.split('/').length)
  return { version: layerContentVersion, entries: [...whiteouts, ...entries.sort((a, b) => depth(a) - depth(b))], refused: null }
}
