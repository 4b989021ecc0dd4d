/** Layers are read once: kept by scope and digest, shared while they are read, and believed only when every byte was right. */
import { describe, expect, it } from 'vitest'
import { createInventories } from '../../../../../src/adapters/inventories/index.ts'
import type { LayerStore } from '../../../../../src/adapters/inventories/layers/layer-reads.ts'
import { type Digest, digestOf } from '../../../../../src/domain/image/digest.ts'
import type { Json } from '../../../../../src/lib/json.ts'
import type { ImageSource } from '../../../../../src/ports/image-source.ts'
import { gzipped } from '../../../../support/archives.ts'
import { dpkg, inventoryParts, named, someImage } from '../../../../support/inspected.ts'
import { memoryImages } from '../../../../support/memory-images.ts'

const status = 'var/lib/dpkg/status'

/** A store as PostgreSQL is one: what comes back went through JSON. */
function keptLayers(): LayerStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    layer: async (scope, layer) => JSON.parse(kept.get(`${scope} ${layer}`) ?? 'null') as Json,
    saveLayer: async (scope, layer, found) => void kept.set(`${scope} ${layer}`, JSON.stringify(found)),
  }
}

async function twoImages() {
  const images = memoryImages()
  const base = await gzipped([
    ['etc/os-release', 'ID=debian\n'],
    [status, dpkg('base-files', '12')],
  ])
  const one = images.add([base, await gzipped([[status, dpkg('one', '1')]])])
  const two = images.add([base, await gzipped([[status, dpkg('two', '2')]])])
  const baseDigest = (await images.source.manifest('public', someImage, one)) as { layers?: readonly { digest: Digest }[] }
  const readsOfBase = () => images.reads.filter((digest) => digest === baseDigest.layers?.[0]?.digest).length
  return { images, one, two, readsOfBase, base: baseDigest.layers?.[0]?.digest as Digest }
}

describe('a layer of two images', () => {
  it('is read once where it was kept, and gives the same', async () => {
    const { images, one, two, readsOfBase } = await twoImages()
    const layers = keptLayers()
    const inventories = createInventories(inventoryParts(images, { layers }))
    const first = await inventories.inspect('public', someImage, one, null)

    expect(named(await inventories.inspect('public', someImage, two, null))).toEqual(['two 2'])
    expect(readsOfBase()).toBe(1)
    expect(await createInventories(inventoryParts(images, { layers })).inspect('public', someImage, one, null)).toEqual(first)
    expect(readsOfBase()).toBe(1)
  })

  it('is read once when both ask at the same time', async () => {
    const { images, one, two, readsOfBase } = await twoImages()
    const inventories = createInventories(inventoryParts(images))
    const found = await Promise.all([one, two, one].map((digest) => inventories.inspect('public', someImage, digest, null)))

    expect(found.map(named)).toEqual([['one 1'], ['two 2'], ['one 1']])
    expect(readsOfBase()).toBe(1)
  })

  it('is read for one also where the other describes it falsely', async () => {
    const images = memoryImages()
    const bytes = await gzipped([[status, dpkg('one', '1')]])
    const lying = images.add([{ bytes, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' }])
    const honest = images.add([bytes])
    const inventories = createInventories(inventoryParts(images))
    const [, found] = await Promise.all([lying, honest].map((digest) => inventories.inspect('public', someImage, digest, null)))

    expect(found === undefined ? [] : named(found)).toEqual(['one 1'])
  })

  it('is read for one also where the other, of another name, never gives it out', async () => {
    const { images, one, base } = await twoImages()
    let ask = () => {}
    const isAsked = new Promise<void>((resolve) => (ask = resolve))
    const stuck = { ...someImage, repository: 'library/stuck' }
    async function* never(): AsyncIterable<Uint8Array> {
      ask()
      yield await new Promise<never>(() => {})
    }
    const source: ImageSource = {
      ...images.source,
      blob: (scope, image, blob) => (image === stuck && blob.digest === base ? never() : images.source.blob(scope, image, blob)),
    }
    const inventories = createInventories(inventoryParts(images, { source }))
    void inventories.inspect('public', stuck, one, null)
    await isAsked

    expect(named(await inventories.inspect('public', someImage, one, null))).toEqual(['one 1'])
  })

  it('is read by each scope for itself', async () => {
    const { images, one, readsOfBase } = await twoImages()
    const inventories = createInventories(inventoryParts(images, { layers: keptLayers() }))
    for (const scope of ['public', 'a-credential']) await inventories.inspect(scope, someImage, one, null)

    expect(readsOfBase()).toBe(2)
  })

  it('that another version of the reader kept is read again', async () => {
    const { images, one, base, readsOfBase } = await twoImages()
    const layers = keptLayers()
    await layers.saveLayer('public', base, { version: 0, entries: [], refused: null })
    await createInventories(inventoryParts(images, { layers })).inspect('public', someImage, one, null)

    expect(readsOfBase()).toBe(1)
  })

  it('raises the fault and keeps nothing when its bytes are not those of the digest, also when they are no archive at all', async () => {
    for (const bytes of [await gzipped([[status, dpkg('evil', '6')]]), Buffer.from('no archive'), Buffer.alloc(5_000, 1)]) {
      const { images, one, base } = await twoImages()
      const layers = keptLayers()
      images.corrupt(base, bytes)

      await expect(createInventories(inventoryParts(images, { layers })).inspect('public', someImage, one, null)).rejects.toMatchObject({ kind: 'invalid' })
      expect([...layers.kept.keys()].some((key) => key.endsWith(base))).toBe(false)
    }
  })

  it('is kept with its reason when its bytes are right and cannot be read, but not when time ran out', async () => {
    const images = memoryImages()
    const digest = images.add([Buffer.from('no archive')])
    const layers = keptLayers()
    await createInventories(inventoryParts(images, { layers })).inspect('public', someImage, digest, null)
    expect([...layers.kept.values()].join()).toContain('the archive is cut off')

    let time = 0
    const slow = keptLayers()
    await createInventories(inventoryParts(images, { layers: slow, limits: { timeMs: 1 }, now: () => (time += 10) })).inspect('public', someImage, digest, null)
    expect(slow.kept.size).toBe(0)
  })
})

describe('layers from the newest down', () => {
  it('are all read, also below one that holds a whole system: other package managers may have worked there before', async () => {
    const images = memoryImages()
    const whole = [
      ['etc/os-release', 'ID=alpine\nVERSION_ID=3.20.1\n'],
      ['lib/apk/db/installed', 'P:musl\nV:1.2.5-r0\nA:x86_64\n\n'],
      ['etc/apk/repositories', 'https://example.org/main\n'],
    ] as const
    const digest = images.add([
      await gzipped([['var/lib/dpkg/status.d/tool', 'Package: tool\nVersion: 1\n']]),
      await gzipped(whole),
      await gzipped([['above', 'x']]),
    ])
    const progress: number[] = []
    const found = await createInventories(inventoryParts(images)).inspect('public', someImage, digest, null, (done) => progress.push(done.bytes))

    expect(named(found)).toEqual(['musl 1.2.5-r0', 'tool 1'])
    expect(images.reads).toHaveLength(4) // the configuration and three layers
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
  })

  it('that the registry has lost are said, and the others count', async () => {
    const images = memoryImages()
    const lost = await gzipped([['etc/os-release', 'ID=debian\nVERSION_ID=12\n']])
    const digest = images.add([lost, await gzipped([[status, dpkg('curl', '8')]])])
    images.lose(digestOf(lost))
    const found = await createInventories(inventoryParts(images)).inspect('public', someImage, digest, null)

    expect(named(found)).toEqual(['curl 8'])
    expect(found.inventory.unseen[0]).toMatch(/^layer sha256:[0-9a-f]{12} could not be read: no blob/)
  })

  it('are all read where a database is spread over files', async () => {
    const images = memoryImages()
    const base = await gzipped([['var/lib/dpkg/status.d/a', 'Package: a\nVersion: 1\n']])
    const top = [
      ['etc/os-release', 'ID=debian\n'],
      ['var/lib/dpkg/status.d/b', 'Package: b\nVersion: 1\n'],
      ['etc/apt/sources.list', 'deb http://example.org/ x main\n'],
    ] as const
    expect(named(await createInventories(inventoryParts(images)).inspect('public', someImage, images.add([base, await gzipped(top)]), null))).toEqual([
      'a 1',
      'b 1',
    ])
  })
})
