/** Looking into what a digest names: the platform, the configuration, the base, and the order of evidence. */
import { describe, expect, it } from 'vitest'
import { createInventories } from '../../../../src/adapters/inventories/index.ts'
import type { Digest } from '../../../../src/domain/image/digest.ts'
import { parsePlatform } from '../../../../src/domain/image/platform.ts'
import { formatImageName } from '../../../../src/domain/image/reference.ts'
import { gzipped } from '../../../support/archives.ts'
import { dpkg, inventoryParts, named, someImage } from '../../../support/inspected.ts'
import { type MemoryImages, memoryImages } from '../../../support/memory-images.ts'

const entry = (digest: Digest, platform: string, more: object = {}) => {
  const [os, architecture, variant] = platform.split('/')
  return { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 100, platform: { os, architecture, ...(variant && { variant }) }, ...more }
}

async function image(images: MemoryImages, platform: string): Promise<Digest> {
  const [os, architecture, variant] = platform.split('/')
  return images.add(
    [
      await gzipped([
        ['etc/os-release', 'ID=debian\nVERSION_ID="12"\n'],
        ['var/lib/dpkg/status', dpkg(`of-${architecture}`, '1')],
      ]),
    ],
    {
      config: { os, architecture, variant, config: { User: 'app' } },
    },
  )
}

async function indexOf(images: MemoryImages, platforms: readonly string[]): Promise<Digest> {
  const entries = await Promise.all(platforms.map(async (platform) => entry(await image(images, platform), platform)))
  const attestation = entry(`sha256:${'0'.repeat(64)}` as Digest, 'unknown/unknown', { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } })
  return images.addManifest({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [...entries, attestation] })
}

const look = async (images: MemoryImages, digest: Digest, platform: string | null) =>
  await createInventories(inventoryParts(images)).inspect('public', someImage, digest, platform === null ? null : parsePlatform(platform))

describe('inspect', () => {
  it('takes the platform that is asked for, else linux/amd64, else the only one', async () => {
    const images = memoryImages()
    const index = await indexOf(images, ['linux/arm64/v8', 'linux/amd64', 'linux/arm/v7'])

    expect(named(await look(images, index, null))).toEqual(['of-amd64 1'])
    expect(named(await look(images, index, 'linux/arm64'))).toEqual(['of-arm64 1'])
    expect(await look(images, index, 'linux/arm')).toMatchObject({ index, platform: { architecture: 'arm', variant: 'v7' } })
    expect(named(await look(images, await indexOf(images, ['linux/s390x']), null))).toEqual(['of-s390x 1'])
    await expect(look(images, index, 'linux/s390x')).rejects.toMatchObject({
      kind: 'missing',
      message: expect.stringContaining('it has linux/arm64, linux/amd64, linux/arm/v7'),
    })
    await expect(look(images, await indexOf(images, ['linux/s390x', 'linux/ppc64le']), null)).rejects.toMatchObject({ kind: 'missing' })
  })

  it('tells what the platform manifest is made of', async () => {
    const images = memoryImages()
    const found = await look(images, await image(images, 'linux/amd64'), null)

    expect(found).toMatchObject({
      index: null,
      platform: { os: 'linux', architecture: 'amd64' },
      config: { user: 'app' },
      provenance: null,
      base: { proof: 'none' },
    })
    expect(found.layers).toEqual([{ digest: images.reads[1], size: expect.any(Number) }])
    expect(found.inventory.packages[0]?.purl).toBe('pkg:deb/debian/of-amd64@1?arch=amd64&distro=debian-12')
  })

  it('proves an annotated base by the layers of the image that it names, asked for at the same registry only', async () => {
    const images = memoryImages()
    const [below, above] = [await gzipped([['below', 'x']]), await gzipped([['above', 'y']])]
    const base = images.add([below])
    const annotated = (name: string, digest: string) => ({
      annotations: { 'org.opencontainers.image.base.name': name, 'org.opencontainers.image.base.digest': digest },
    })
    const here = `${formatImageName({ ...someImage, repository: 'base' })}:1`
    const proofOf = async (layers: readonly Uint8Array[], name: string, digest: string) =>
      (await look(images, images.add(layers, annotated(name, digest)), null)).base.proof

    expect(await proofOf([below, above], here, base)).toBe('layers')
    expect(await proofOf([above, below], here, base)).toBe('annotation')
    expect(await proofOf([below, above], 'elsewhere.example/base:1', base)).toBe('annotation')
    expect(await proofOf([below, above], here, `sha256:${'0'.repeat(64)}`)).toBe('annotation')
  })

  it('takes an annotated base for a hint', async () => {
    const images = memoryImages()
    const digest = images.add([], { annotations: { 'org.opencontainers.image.base.name': 'docker.io/library/debian:12' } })

    expect((await look(images, digest, null)).base).toEqual({ name: 'docker.io/library/debian:12', digest: null, proof: 'annotation' })
  })

  it('raises invalid for an artifact, an index in an index, and a configuration that is too long or none', async () => {
    const images = memoryImages()
    const nested = images.addManifest({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [entry(await indexOf(images, ['linux/amd64']), 'linux/amd64')],
    })
    for (const digest of [images.add([], { config: {} }), images.add([], { config: { os: 'linux', architecture: 'amd64', x: 'x'.repeat(5_000_000) } }), nested])
      await expect(look(images, digest, null)).rejects.toMatchObject({ kind: 'invalid' })
  })
})
