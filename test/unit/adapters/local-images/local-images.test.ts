/** Local images that are odd, broken or hostile: said in words, and nothing outside of them is read. */
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { openLocalImage } from '../../../../src/adapters/local-images/index.ts'
import { type Digest, parseDigest } from '../../../../src/domain/image/digest.ts'
import { readAll } from '../../../support/read-all.ts'
import { buildArtifact, buildImage, buildIndex, type Files, mediaTypes, sha256, tar } from '../../../stand-ins/registry/content.ts'
import { currentFiles, legacyFiles } from '../../../stand-ins/registry/docker-archive.ts'
import { layoutFiles, writeFiles } from '../../../stand-ins/registry/oci-layout.ts'

const one = buildImage({ label: 'one', single: true })
const two = buildImage({ label: 'two', single: true })

async function temporary(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'underpin-local-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function layout(files: Files): Promise<string> {
  const folder = await temporary()
  await writeFiles(folder, files)
  return folder
}

async function archive(bytes: Uint8Array): Promise<string> {
  const file = path.join(await temporary(), 'saved.tar')
  await writeFile(file, bytes)
  return `docker-archive:${file}`
}

const layerOf = (image: typeof one) => {
  const { layers } = JSON.parse(image.bytes.toString()) as { layers: { digest: Digest; size: number }[] }
  return layers[0]!
}

test('a text without oci: or docker-archive: is no local image', async () => {
  expect(await openLocalImage('python:3.12')).toBeNull()
  expect(await openLocalImage('oci.example/python:3.12')).toBeNull()
})

test('a layout with one image needs no tag, one with several does, and the message lists them', async () => {
  const single = await layout(layoutFiles({ a: one, b: one }))
  const several = await layout(layoutFiles({ a: one, b: two }))

  expect((await openLocalImage(`oci:${single}`))?.root).toBe(one.digest)
  expect((await openLocalImage(`oci:${several}:b`))?.root).toBe(two.digest)
  await expect(openLocalImage(`oci:${several}`)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(`  b  ${two.digest}`) })
  await expect(openLocalImage(`oci:${several}:c`)).rejects.toMatchObject({ kind: 'missing', message: expect.stringContaining(`  a  ${one.digest}`) })
})

test('a colon may be part of the path', async () => {
  const folder = await layout(layoutFiles({ a: one, b: two }))
  const odd = `${folder}:x`
  await rename(folder, odd)
  onTestFinished(() => rename(odd, folder))

  expect((await openLocalImage(`oci:${odd}:a`))?.root).toBe(one.digest)
})

test('entries for several platforms without an index of their own are one image', async () => {
  const platforms = [one, two].map((image, at) => ({
    mediaType: image.mediaType,
    digest: image.digest,
    size: image.bytes.length,
    platform: { os: 'linux', architecture: at === 0 ? 'amd64' : 'arm64' },
  }))
  const index = JSON.stringify({ schemaVersion: 2, manifests: platforms })
  const opened = await openLocalImage(`oci:${await layout({ ...layoutFiles({ a: one, b: two }), 'index.json': index })}`)

  expect(opened?.root).toBe(sha256(Buffer.from(index)))
  expect(await opened?.source.manifest('public', opened.name, opened.root)).toMatchObject({ kind: 'index' })
})

const subject = { mediaType: mediaTypes.manifest, digest: one.digest, size: one.bytes.length }
const artifact = buildArtifact({ subject, artifactType: 'application/vnd.underpin.note', content: 'a note' })
const stored = (...all: { readonly bytes: Buffer }[]) => Object.fromEntries(all.map(({ bytes }) => [`blobs/sha256/${sha256(bytes).slice(7)}`, bytes]))

test.each([
  ['in index.json', [artifact.descriptor]],
  [
    'in the index under the fallback tag',
    [
      {
        mediaType: mediaTypes.index,
        digest: sha256(buildIndex([artifact.descriptor]).bytes),
        size: 1,
        annotations: { 'org.opencontainers.image.ref.name': one.digest.replace(':', '-') },
      },
    ],
  ],
])('what refers to an image is found %s, and does not count as a second image', async (_, entries) => {
  const tagged = { ...subject, annotations: { 'org.opencontainers.image.ref.name': 'a' } }
  const index = JSON.stringify({ schemaVersion: 2, manifests: [tagged, ...entries] })
  const folder = await layout({
    ...layoutFiles({ a: one }),
    'index.json': index,
    ...stored(artifact.manifest, ...artifact.blobs, buildIndex([artifact.descriptor])),
  })
  const opened = (await openLocalImage(`oci:${folder}`))!

  expect(opened.root).toBe(one.digest)
  expect(await opened.source.referrers('public', opened.name, parseDigest(one.digest)!)).toMatchObject([
    { digest: artifact.descriptor.digest, artifactType: 'application/vnd.underpin.note' },
  ])
})

test.each([
  ['no oci-layout', { 'index.json': '{}' }, 'has no file oci-layout'],
  ['another version', { 'oci-layout': '{"imageLayoutVersion":"2.0.0"}' }, 'does not say version 1.0.0'],
  ['an oci-layout that is no JSON', { 'oci-layout': 'x' }, 'does not say version 1.0.0'],
  ['no index.json', { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}' }, 'index.json is missing'],
  ['an index.json that is none', { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '[]' }, 'not an image index'],
  ['no image', { 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '{"schemaVersion":2,"manifests":[]}' }, 'without any image'],
] as const)('a folder with %s is not a layout, and the message says why', async (_, files, words) => {
  await expect(openLocalImage(`oci:${await layout(files as Files)}`)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(words) })
})

test('what is not there, and a file where a folder should be, are said', async () => {
  const folder = await layout({ file: 'x' })

  await expect(openLocalImage(`oci:${folder}/none`)).rejects.toMatchObject({ kind: 'missing', message: expect.stringContaining('no folder') })
  await expect(openLocalImage(`docker-archive:${folder}/none`)).rejects.toMatchObject({ kind: 'missing', message: expect.stringContaining('no file') })
  await expect(openLocalImage(`oci:${folder}/file`)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('docker-archive:FILE') })
  await expect(openLocalImage(`docker-archive:${folder}`)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('oci:DIR') })
})

test('no symbolic link inside a layout is followed, of a file as of a folder', async () => {
  const folder = await layout(layoutFiles({ a: one }))
  const outside = await temporary()
  const { digest, size } = layerOf(one)
  const blob = path.join(folder, 'blobs', digest.replace(':', '/'))
  await rename(blob, path.join(outside, 'blob'))
  await symlink(path.join(outside, 'blob'), blob)
  const opened = (await openLocalImage(`oci:${folder}`))!

  await expect(readAll(opened.source.blob('public', opened.name, { digest, size }))).rejects.toMatchObject({
    message: expect.stringContaining('symbolic link'),
  })
  await rename(path.join(folder, 'blobs'), path.join(outside, 'blobs'))
  await symlink(path.join(outside, 'blobs'), path.join(folder, 'blobs'))
  await expect(opened.source.manifest('public', opened.name, opened.root)).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('blobs is a symbolic link'),
  })
})

test('content that does not hash to its name is refused: manifest, layer, and the config of an old archive', async () => {
  const { digest, size } = layerOf(one)
  const wrongLayer = (await openLocalImage(`oci:${await layout({ ...layoutFiles({ a: one }), [`blobs/${digest.replace(':', '/')}`]: Buffer.alloc(size) })}`))!
  await expect(readAll(wrongLayer.source.blob('public', wrongLayer.name, { digest, size }))).rejects.toMatchObject({ kind: 'invalid' })

  const path_ = `blobs/${one.digest.replace(':', '/')}`
  const wrongManifest = (await openLocalImage(`oci:${await layout({ ...layoutFiles({ a: one }), [path_]: `${one.bytes} ` })}`))!
  await expect(wrongManifest.source.manifest('public', wrongManifest.name, wrongManifest.root)).rejects.toMatchObject({ kind: 'invalid' })

  const files = legacyFiles({ 'acme/app:1': one })
  const config = Object.keys(files).find((name) => name.endsWith('.json'))!
  const changed = Buffer.from(String(files[config]).replace('linux', 'plan9'))
  await expect(openLocalImage(await archive(tar({ ...files, [config]: changed })))).rejects.toMatchObject({
    kind: 'invalid',
    message: expect.stringContaining('hashes to'),
  })
})

test('a layer of an old archive that is not what the config says is refused when it is read', async () => {
  const files = legacyFiles({ 'acme/app:1': one })
  const layer = Object.keys(files).find((name) => name.endsWith('layer.tar'))!
  const { source, name, root } = (await openLocalImage(await archive(tar({ ...files, [layer]: tar({ evil: 'x' }) }))))!
  const manifest = await source.manifest('public', name, root)

  await expect(readAll(source.blob('public', name, (manifest as Extract<typeof manifest, { kind: 'image' }>).layers[0]!))).rejects.toMatchObject({
    kind: 'invalid',
  })
})

test('an archive with several images of either form says which, and one of them can be named', async () => {
  const images = { 'acme/app:1': one, 'acme/app:2': two }
  for (const files of [currentFiles(images), legacyFiles(images)]) {
    const text = await archive(tar(files))
    await expect(openLocalImage(text)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/docker-archive:\S+:(NAME:)?TAG.*acme\/app:2/s),
    })
    expect((await openLocalImage(`${text}:acme/app:2`))?.root).not.toBe((await openLocalImage(`${text}:acme/app:1`))?.root)
  }
})

test('every truncation of an archive is refused when it is opened or read, compressed or not', async () => {
  const whole = tar(legacyFiles({ 'acme/app:1': one }))
  const end = whole.length - 1024
  for (const bytes of [whole, gzipSync(whole)]) {
    for (let length = 0; length < Math.min(bytes.length, end); length += 499) {
      await expect(openLocalImage(await archive(bytes.subarray(0, length))), `${length} bytes`).rejects.toMatchObject({ kind: 'invalid' })
    }
  }
})

test.each([
  ['an empty file', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(4096)],
  ['text', Buffer.from('not an archive '.repeat(100))],
  ['gzip of text', gzipSync('not an archive '.repeat(100))],
  ['a tar of something else', tar({ 'a.txt': 'x' })],
  ['a manifest.json that is none', tar({ 'manifest.json': '{}' })],
  ['a manifest.json without images', tar({ 'manifest.json': '[]' })],
  ['a manifest.json that names what is not there', tar({ 'manifest.json': '[{"Config":"../../etc/passwd","Layers":[]}]' })],
])('%s is no image, and the message names the archive', async (_, bytes) => {
  const text = await archive(bytes)

  await expect(openLocalImage(text)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(text) })
})
