/** Manifests are read strictly: one document, one meaning. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from '../../../../src/domain/image/digest.ts'
import { imageMediaTypes, indexMediaTypes, type Manifest, parseManifest, runnableEntries } from '../../../../src/domain/image/manifest.ts'
import { formatPlatform } from '../../../../src/domain/image/platform.ts'

const [ociIndex, dockerList] = indexMediaTypes
const [ociImage, dockerImage] = imageMediaTypes
const digest = `sha256:${'a'.repeat(64)}`
const entry = { mediaType: ociImage, digest, size: 7 }
const index = { schemaVersion: 2, manifests: [{ ...entry, platform: { os: 'linux', architecture: 'amd64' } }] }
const image = { schemaVersion: 2, config: entry, layers: [entry, entry] }
const read = (value: unknown, contentType: string | null = null) =>
  parseManifest(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), contentType)

test.each([
  ['an OCI index', { ...index, mediaType: ociIndex }, ociIndex, 'index', ociIndex],
  ['a Docker manifest list', { ...index, mediaType: dockerList }, dockerList, 'index', dockerList],
  ['an index without a media type of its own', index, `${ociIndex}; charset=utf-8`, 'index', ociIndex],
  ['an OCI image', { ...image, mediaType: ociImage }, ociImage, 'image', ociImage],
  ['a Docker image', { ...image, mediaType: dockerImage }, dockerImage.toUpperCase(), 'image', dockerImage],
  ['an image that came as plain JSON', image, 'application/json', 'image', ociImage],
  ['an index that came without a content type', index, null, 'index', ociIndex],
])('%s is read', (_, value, contentType, kind, mediaType) => {
  expect(read(value, contentType)).toMatchObject({ kind: 'manifest', manifest: { kind, mediaType } })
})

test.each([
  ['no JSON', '<html>', null],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'), null],
  ['an array', [], null],
  ['null', null, null],
  ['no schema version', { ...index, schemaVersion: undefined }, null],
  ['schema version 1', { schemaVersion: 1, fsLayers: [] }, null],
  ['manifests and layers (CVE-2021-41190)', { ...index, layers: [] }, null],
  ['manifests and config (CVE-2021-41190)', { ...index, config: entry }, null],
  ['manifests for us and layers for a reader that ignores case', { ...index, Layers: [entry] }, null],
  ['layers for us and manifests for a reader that ignores case', { ...image, MANIFESTS: [] }, null],
  ['a media type other than the one it was sent as', { ...index, mediaType: ociIndex }, dockerList],
  ['an index that says it is an image', { ...index, mediaType: ociImage }, null],
  ['an image that was sent as an index', image, ociIndex],
  ['an artifact type as media type', { ...image, mediaType: 'application/x-evil' }, null],
  ['neither kind', { schemaVersion: 2 }, null],
  ['a config without layers', { schemaVersion: 2, config: entry }, null],
  ['layers that are no list', { ...image, layers: { length: 1, 0: entry } }, null],
  ['a bad digest', { schemaVersion: 2, manifests: [{ ...entry, digest: 'sha256:zz' }] }, null],
  ['a digest of an unregistered algorithm', { schemaVersion: 2, manifests: [{ ...entry, digest: `md5:${'a'.repeat(32)}` }] }, null],
  ['a negative size', { schemaVersion: 2, manifests: [{ ...entry, size: -1 }] }, null],
  ['a size beyond counting', { schemaVersion: 2, manifests: [{ ...entry, size: 1e300 }] }, null],
  ['a subject that is no descriptor', { ...image, subject: { digest } }, null],
  ['a subject of null', { ...image, subject: null }, null],
  ['a subject for us and another for a reader that ignores case', { ...image, subject: entry, Subject: entry }, null],
  ['an artifact type that is no text', { ...image, artifactType: 7 }, null],
  ['more descriptors than an index holds', { schemaVersion: 2, manifests: Array.from({ length: 2001 }, () => entry) }, null],
])('refused: %s', (_, value, contentType) => {
  expect(read(value, contentType).kind).toBe('invalid')
})

test('the digest is what the bytes hash to, under the algorithm that was asked for', () => {
  const bytes = Buffer.from(JSON.stringify(index))
  const asked = `sha512:${'0'.repeat(128)}` as ReturnType<typeof digestOf>

  expect(parseManifest(bytes, null)).toMatchObject({ manifest: { digest: digestOf(bytes), size: bytes.length } })
  expect(parseManifest(bytes, null, asked)).toMatchObject({ manifest: { digest: digestOf(bytes, asked) } })
})

test('an artifact says what it is and what it is about, and its config may be the empty one', () => {
  const config = { ...entry, mediaType: 'application/vnd.oci.empty.v1+json', size: 2, data: 'e30=' }

  expect(read({ ...image, config, subject: entry, artifactType: 'application/spdx+json' })).toMatchObject({
    manifest: {
      kind: 'image',
      config: { mediaType: 'application/vnd.oci.empty.v1+json' },
      subject: { digest, size: 7 },
      artifactType: 'application/spdx+json',
    },
  })
  expect(Object.keys((read(image) as { manifest: Manifest }).manifest)).not.toContain('subject')
})

test('attestations and entries without a platform run nowhere', () => {
  const attestation = { ...entry, annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }
  const parsed = read({
    schemaVersion: 2,
    manifests: [
      ...index.manifests,
      { ...attestation, platform: { os: 'unknown', architecture: 'unknown' } },
      { ...attestation, platform: { os: 'linux', architecture: 'amd64' } },
      { ...entry, platform: { os: 'unknown', architecture: 'unknown' } },
      entry,
      { ...entry, platform: { os: 'linux', architecture: 'arm', variant: 'v6' } },
    ],
  })
  if (parsed.kind === 'invalid') throw new Error(parsed.problem)

  const runnable = runnableEntries(parsed.manifest as Extract<Manifest, { kind: 'index' }>)

  expect(runnable.map(({ platform }) => formatPlatform(platform))).toEqual(['linux/amd64', 'linux/arm/v6'])
})

test('a platform of free text is none, and names of Object are only names', () => {
  const platforms = [
    { os: 'linux', architecture: 'amd64\n@everyone' },
    { os: '', architecture: 'amd64' },
    { os: 'linux', architecture: 'constructor' },
    { os: 'linux', architecture: '__proto__' },
  ]
  const parsed = read({ schemaVersion: 2, manifests: platforms.map((platform) => ({ ...entry, platform })) })

  expect(parsed).toMatchObject({
    manifest: {
      manifests: [{ platform: null }, { platform: null }, { platform: { architecture: 'constructor' } }, { platform: { architecture: '__proto__' } }],
    },
  })
})

test('annotations keep only text, and __proto__ is a key like any other', () => {
  const parsed = read(`{"schemaVersion":2,"manifests":[],"annotations":{"a":"b","n":1,"__proto__":"x"}}`)

  expect(parsed.kind === 'manifest' && Object.entries(parsed.manifest.annotations)).toEqual([
    ['a', 'b'],
    ['__proto__', 'x'],
  ])
  expect(({} as Record<string, unknown>)['a']).toBeUndefined()
})

test('any bytes give a value, and any JSON gives one meaning or none', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => ['manifest', 'invalid'].includes(parseManifest(bytes, null).kind)))
  const part = fc.constantFrom('manifests', 'layers', 'config', 'Manifests', 'mediaType', 'LAYERS')
  const value = fc.constantFrom<unknown>([entry], [], entry, null, ociIndex, ociImage, 7)
  fc.assert(
    fc.property(fc.dictionary(part, value), fc.constantFrom(null, ...indexMediaTypes, ...imageMediaTypes), (document, contentType) => {
      const parsed = read({ schemaVersion: 2, ...document }, contentType)
      if (parsed.kind === 'invalid') return true
      const names = Object.keys(document).map((name) => name.toLowerCase())
      return parsed.manifest.kind === 'index' ? !names.includes('layers') && !names.includes('config') : !names.includes('manifests')
    }),
    { numRuns: 500 },
  )
})
