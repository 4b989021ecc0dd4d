/** What every place that images come from must let its reader do: run on a registry, on OCI layouts, and on archives of either form. */
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestOf, parseDigest, type Digest } from '../../src/domain/image/digest.ts'
import { runnableEntries, type Manifest } from '../../src/domain/image/manifest.ts'
import type { ImageName } from '../../src/domain/image/reference.ts'
import type { Scope } from '../../src/domain/image/scope.ts'
import type { ImageSource } from '../../src/ports/image-source.ts'
import { type BuiltImage, buildImage, tar } from '../stand-ins/registry/content.ts'
import { readAll } from '../support/read-all.ts'

const layers = [{ 'etc/os-release': 'ID=underpin\n', 'a/b': 'x'.repeat(200_000) }, { 'etc/motd': 'hello' }]

/** The image that a source under contract holds. */
export const sourceImage: BuiltImage = buildImage({ label: 'source', layers, attestations: true })

export type SourceSubject = {
  readonly source: ImageSource
  readonly scope: Scope
  readonly image: ImageName
  /** The index, or where the form keeps none the image manifest. */
  readonly root: Digest
  readonly close: () => Promise<void>
}

/** Declares the suite; `start` gives a source that holds `sourceImage`. */
export function imageSourceContract(name: string, start: () => Promise<SourceSubject>): void {
  describe(`${name} keeps the contract of image sources`, () => {
    let subject: SourceSubject
    let image: Extract<Manifest, { kind: 'image' }>
    const manifest = (digest: Digest) => subject.source.manifest(subject.scope, subject.image, digest)
    const blob = (digest: Digest, size: number) => subject.source.blob(subject.scope, subject.image, { digest, size })
    beforeAll(async () => {
      subject = await start()
      const root = await manifest(subject.root)
      const found = root.kind === 'index' ? await manifest(runnableEntries(root)[0]!.digest) : root
      if (found.kind === 'image') image = found
    })
    afterAll(() => subject?.close())

    test('the root leads to the image, and a manifest has the digest that it was asked for by', async () => {
      expect((await manifest(subject.root)).digest).toBe(subject.root)
      expect(image.layers).toHaveLength(2)
    })

    test('config and layers come in chunks that hash to their digests, and hold what was put in', async () => {
      const config = await readAll(blob(image.config.digest, image.config.size))
      const diffIds = (JSON.parse(config.toString()) as { rootfs: { diff_ids: string[] } }).rootfs.diff_ids
      expect(digestOf(config)).toBe(image.config.digest)
      for (const [at, layer] of image.layers.entries()) {
        const bytes = await readAll(blob(layer.digest, layer.size))
        const plain = layer.mediaType.endsWith('gzip') ? gunzipSync(bytes) : bytes
        expect([bytes.length, digestOf(bytes), digestOf(plain)]).toEqual([layer.size, layer.digest, diffIds[at]])
        expect(plain.equals(tar(layers[at]!))).toBe(true)
      }
    })

    test("a size that is not the blob's is invalid: too small as too large", async () => {
      const { digest, size } = image.layers[0]!

      await expect(readAll(blob(digest, size - 1))).rejects.toMatchObject({ kind: 'invalid' })
      await expect(readAll(blob(digest, size + 1))).rejects.toMatchObject({ kind: 'invalid' })
    })

    test('what is not there is missing, and nothing refers to it', async () => {
      const unknown = parseDigest(`sha256:${'0'.repeat(64)}`)!

      await expect(manifest(unknown)).rejects.toMatchObject({ kind: 'missing' })
      await expect(readAll(blob(unknown, 1))).rejects.toMatchObject({ kind: 'missing' })
      expect(await subject.source.referrers(subject.scope, subject.image, unknown)).toEqual([])
    })

    test('a blob that is left early can be read again', async () => {
      const { digest, size } = image.layers[0]!
      for await (const chunk of blob(digest, size)) if (chunk.length > 0) break

      expect(await readAll(blob(digest, size))).toHaveLength(size)
    })
  })
}
