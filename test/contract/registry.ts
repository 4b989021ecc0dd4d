/** What every registry that the port speaks to must let it do: run on the stand-in and on Debian's docker-registry. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Digest, digestOf, parseDigest } from '../../src/domain/image/digest.ts'
import { runnableEntries } from '../../src/domain/image/manifest.ts'
import { formatPlatform } from '../../src/domain/image/platform.ts'
import type { Scope } from '../../src/domain/image/scope.ts'
import type { Registry } from '../../src/ports/registry.ts'
import { readAll } from '../support/read-all.ts'
import { type BuiltImage, buildArtifact, buildImage, buildIndex, mediaTypes, sha256 } from '../stand-ins/registry/content.ts'

/** The images that a registry under contract holds: `acme/multi` with the tags `1` and `2`, `acme/single` with `1`. */
export const contractImages: Readonly<Record<string, BuiltImage>> = {
  'acme/multi:1': buildImage({ label: 'one', platforms: ['linux/amd64', 'linux/arm/v6', 'linux/arm64/v8'], attestations: true }),
  'acme/multi:2': buildImage({ label: 'two', platforms: ['linux/amd64', 'linux/arm/v7'] }),
  'acme/single:1': buildImage({ label: 'only', single: true, platforms: ['linux/arm/v7'], annotations: { 'org.opencontainers.image.revision': 'abc' } }),
}

/** What refers to the image `acme/single:1`, and the index that names it where a registry has no referrers API: held there under `fallbackTag`. */
export const contractReferrer = buildArtifact({
  subject: { mediaType: mediaTypes.manifest, digest: contractImages['acme/single:1']!.digest, size: contractImages['acme/single:1']!.bytes.length },
  artifactType: 'application/vnd.underpin.note',
  content: 'a note about acme/single',
  annotations: { 'org.opencontainers.image.created': '2026-01-01T00:00:00Z' },
})

const fallbackIndex = buildIndex([contractReferrer.descriptor])

/** The index under its fallback tag, as an image that can be copied with all that it names. */
export const contractFallback: { readonly tag: string; readonly image: BuiltImage } = {
  tag: contractImages['acme/single:1']!.digest.replace(':', '-'),
  image: {
    digest: sha256(fallbackIndex.bytes),
    manifests: {},
    bytes: fallbackIndex.bytes,
    mediaType: fallbackIndex.mediaType,
    blobs: contractReferrer.blobs,
    allManifests: [contractReferrer.manifest, fallbackIndex],
  },
}

export type Subject = { readonly registry: Registry; readonly host: string; readonly scope: Scope; readonly close: () => Promise<void> }

/** Declares the suite; `start` gives a client whose registry holds `contractImages`. */
export function registryContract(name: string, start: () => Promise<Subject>): void {
  describe(`${name} keeps the registry contract`, () => {
    let subject: Subject
    beforeAll(async () => {
      subject = await start()
    })
    afterAll(() => subject?.close())
    const at = (repository: string) => ({ registry: subject.host, repository })
    const built = (key: string) => contractImages[key]!

    test('a tag shows the digest of what was pushed, of an index as of a single image', async () => {
      const { registry, scope } = subject

      expect(await registry.tagDigest(scope, at('acme/multi'), '1')).toBe(built('acme/multi:1').digest)
      expect(await registry.tagDigest(scope, at('acme/multi'), '2')).toBe(built('acme/multi:2').digest)
      expect(await registry.tagDigest(scope, at('acme/single'), '1')).toBe(built('acme/single:1').digest)
    })

    test('an index stays an index, and its runnable entries leave attestations out', async () => {
      const { registry, scope } = subject

      const manifest = await registry.manifest(scope, at('acme/multi'), parseDigest(built('acme/multi:1').digest)!)

      expect(manifest.kind).toBe('index')
      if (manifest.kind !== 'index') return
      expect(manifest.digest).toBe(built('acme/multi:1').digest)
      expect(manifest.manifests).toHaveLength(6)
      expect(runnableEntries(manifest).map((entry) => [formatPlatform(entry.platform), entry.digest])).toEqual([
        ['linux/amd64', built('acme/multi:1').manifests['linux/amd64']],
        ['linux/arm/v6', built('acme/multi:1').manifests['linux/arm/v6']],
        ['linux/arm64', built('acme/multi:1').manifests['linux/arm64/v8']],
      ])
    })

    test('an image manifest names config and layers, and the config names the platform', async () => {
      const { registry, scope } = subject

      const manifest = await registry.manifest(scope, at('acme/single'), parseDigest(built('acme/single:1').digest)!)

      expect(manifest.kind).toBe('image')
      if (manifest.kind !== 'image') return
      expect(manifest.annotations['org.opencontainers.image.revision']).toBe('abc')
      expect(manifest.layers).toHaveLength(1)
      expect(formatPlatform(await registry.platformOf(scope, at('acme/single'), manifest.config))).toBe('linux/arm/v7')
    })

    test('a blob comes in chunks that hash to its digest', async () => {
      const { registry, scope } = subject
      const manifest = await registry.manifest(scope, at('acme/single'), parseDigest(built('acme/single:1').digest)!)
      if (manifest.kind !== 'image') throw new Error('not an image')

      for (const descriptor of [manifest.config, ...manifest.layers]) {
        const bytes = await readAll(registry.blob(scope, at('acme/single'), descriptor))
        expect([bytes.length, digestOf(bytes)]).toEqual([descriptor.size, descriptor.digest])
      }
    })

    test('a blob of another size than its descriptor says is invalid, and one that is not there is missing', async () => {
      const { registry, scope } = subject
      const { bytes } = built('acme/single:1').blobs[0]!
      const digest = digestOf(bytes)
      const read = (size: number, of: Digest = digest) => readAll(registry.blob(scope, at('acme/single'), { digest: of, size }))

      await expect(read(bytes.length - 1)).rejects.toMatchObject({ kind: 'invalid' })
      await expect(read(bytes.length + 1)).rejects.toMatchObject({ kind: 'invalid' })
      await expect(read(1, parseDigest(`sha256:${'0'.repeat(64)}`)!)).rejects.toMatchObject({ kind: 'missing' })
    })

    test('what refers to a manifest is listed with its artifact type; nothing is an empty list', async () => {
      const { registry, scope } = subject
      const digest = (key: string) => parseDigest(built(key).digest)!

      const found = await registry.referrers(scope, at('acme/single'), digest('acme/single:1'))

      expect(found).toMatchObject([{ digest: contractReferrer.descriptor.digest, artifactType: 'application/vnd.underpin.note', platform: null }])
      expect(await registry.manifest(scope, at('acme/single'), found[0]!.digest)).toMatchObject({ kind: 'image' })
      expect(await registry.referrers(scope, at('acme/multi'), digest('acme/multi:1'))).toEqual([])
    })

    test('a manifest that is there is served, by one HEAD, and one that is not is not', async () => {
      const { registry, scope } = subject
      const before = registry.requests

      expect(await registry.isServed(scope, at('acme/multi'), parseDigest(built('acme/multi:1').digest)!)).toBe(true)
      expect(registry.requests).toBe(before + 1)
      expect(await registry.isServed(scope, at('acme/multi'), parseDigest(`sha256:${'0'.repeat(64)}`)!)).toBe(false)
    })

    test('all tags are listed', async () => {
      expect([...(await subject.registry.tags(subject.scope, at('acme/multi')))].sort()).toEqual(['1', '2'])
    })

    test('an unknown tag and an unknown repository are missing, and the words tell them apart', async () => {
      const { registry, scope } = subject
      const unknown = parseDigest(`sha256:${'0'.repeat(64)}`)!

      await expect(registry.tagDigest(scope, at('acme/multi'), 'nope')).rejects.toMatchObject({
        kind: 'missing',
        message: expect.stringContaining('has no tag nope'),
      })
      await expect(registry.manifest(scope, at('acme/multi'), unknown)).rejects.toMatchObject({ kind: 'missing' })
      await expect(registry.tags(scope, at('acme/nope'))).rejects.toMatchObject({ kind: 'missing', message: expect.stringContaining('does not exist') })
    })

    test('requests are counted', async () => {
      const before = subject.registry.requests

      await subject.registry.tagDigest(subject.scope, at('acme/multi'), '1')

      expect(subject.registry.requests).toBe(before + 1)
    })
  })
}
