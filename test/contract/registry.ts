/** What every registry that the port speaks to must let it do: run on the stand-in and on Debian's docker-registry. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseDigest } from '../../src/domain/image/digest.ts'
import { runnableEntries } from '../../src/domain/image/manifest.ts'
import { formatPlatform } from '../../src/domain/image/platform.ts'
import type { Scope } from '../../src/domain/image/scope.ts'
import type { Registry } from '../../src/ports/registry.ts'
import { type BuiltImage, buildImage } from '../stand-ins/registry/content.ts'

/** The images that a registry under contract holds: `acme/multi` with the tags `1` and `2`, `acme/single` with `1`. */
export const contractImages: Readonly<Record<string, BuiltImage>> = {
  'acme/multi:1': buildImage({ label: 'one', platforms: ['linux/amd64', 'linux/arm/v6', 'linux/arm64/v8'], attestations: true }),
  'acme/multi:2': buildImage({ label: 'two', platforms: ['linux/amd64', 'linux/arm/v7'] }),
  'acme/single:1': buildImage({ label: 'only', single: true, platforms: ['linux/arm/v7'], annotations: { 'org.opencontainers.image.revision': 'abc' } }),
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
