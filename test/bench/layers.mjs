/** How fast a layer is read, held against `gzip -dc | tar -t` on the same one: the whole command `inspect` on an OCI layout, hashing and all. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { once } from 'node:events'
import { measureNode, measureShell, median, randomFrom } from './measure.mjs'

const root = path.resolve(import.meta.dirname, '../..')
const runs = 3
/** Of the layer as it is stored. */
const storedBytes = 250_000_000
/** Of the speed of gzip and tar. */
const leastShare = 0.6

/** Prints a line, and gives how many targets were missed. */
export async function benchLayers(home) {
  const layout = path.join(home, 'layout')
  const { layer, entries, plainBytes } = await writeLayout(layout)
  const [gzip, inspect] = [[], []]
  const once = () => measureNode([path.join(root, 'dist/app/cli/main.js'), 'inspect', `oci:${layout}`, '--json'], { HOME: home }, path.join(home, 'used.json'))
  const { packages, unseen } = JSON.parse((await once()).out)
  if (packages.length !== 200 || unseen.length > 0) throw new Error(`${packages.length} packages, unseen: ${unseen.join('; ')}`)
  // In turns, so that what else the machine does hits both.
  for (let run = 0; run < runs; run++) {
    gzip.push(await measureShell(`gzip -dc '${layer}' | tar -t`))
    inspect.push(await once())
  }
  const seconds = median(inspect.map((run) => run.seconds))
  const share = median(gzip) / seconds
  const stored = (statSync(layer).size / 1e6).toFixed(0)
  console.log(`\na gzip layer of ${stored} MB (${(plainBytes / 1e6).toFixed(0)} MB and ${entries} entries unpacked), median of ${runs} runs`)
  console.log(`gzip -dc | tar -t   ${median(gzip).toFixed(2)} s`)
  const peak = Math.max(...inspect.map((run) => run.megabytes)).toFixed(0)
  console.log(`inspect             ${seconds.toFixed(2)} s   ${(share * 100).toFixed(0)} % of that speed, target ${leastShare * 100} %   peak ${peak} MB`)
  rmSync(layout, { recursive: true })
  return share < leastShare ? 1 : 0
}

/** A layout with one image of one layer: programs, texts, links, and in the middle the database of dpkg. */
async function writeLayout(layout) {
  const blobs = path.join(layout, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const unnamed = path.join(layout, 'layer')
  const { entries, plainBytes } = await writeLayer(unnamed)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(unnamed)) hash.update(chunk)
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${hash.digest('hex')}`, size: statSync(unnamed).size }
  renameSync(unnamed, path.join(blobs, layer.digest.slice(7)))
  const keep = (mediaType, json) => {
    const bytes = Buffer.from(JSON.stringify(json))
    const digest = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(path.join(blobs, digest), bytes)
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length }
  }
  const config = keep('application/vnd.oci.image.config.v1+json', { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [] } })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = keep(mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] })
  writeFileSync(path.join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }))
  writeFileSync(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  return { layer: path.join(blobs, layer.digest.slice(7)), entries, plainBytes }
}

/** Sizes as a system's are: many small files, a few large ones; half of the bytes are text, which repeats itself. */
async function writeLayer(file) {
  const random = randomFrom(1)
  const noise = Buffer.from(Uint8Array.from({ length: 8 << 20 }, () => 256 * random() * Math.sqrt(random())))
  const words = Buffer.from(Array.from({ length: 200_000 }, () => `word${Math.floor(random() * 5_000)} `).join(''))
  const gzip = spawn('gzip', ['-c', '-6'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const out = createWriteStream(file)
  gzip.stdout.pipe(out)
  let [entries, plainBytes] = [0, 0]
  const write = async (bytes) => {
    plainBytes += bytes.length
    if (!gzip.stdin.write(bytes)) await once(gzip.stdin, 'drain')
  }
  const add = async (name, content, type = '0') => {
    entries += 1
    await write(header(name, content.length, type))
    await write(content)
    await write(Buffer.alloc((512 - (content.length % 512)) % 512))
  }
  const status = Array.from({ length: 200 }, (_, at) => `Package: made-up-${at}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${at}-1\n`)
  let isPlaced = false
  // Noise, some bytes of which come more often, as in programs, makes nearly all of the stored bytes.
  for (let noisy = 0; noisy < storedBytes * 0.9; ) {
    if (!isPlaced && noisy > storedBytes * 0.45) {
      isPlaced = true
      await add('etc/os-release', Buffer.from('ID=debian\nVERSION_ID="12"\n'))
      await add('var/lib/dpkg/status', Buffer.from(`${status.join('\n')}\n`))
    }
    const size = Math.floor(random() < 0.02 ? 4e6 * random() : 30_000 * random() * random())
    const part = Math.floor(size * 0.5)
    const [from, at] = [Math.floor(random() * (noise.length - part)), Math.floor(random() * (words.length - 30_000))]
    const repeated = size - part
    const text = Buffer.concat(Array.from({ length: Math.ceil(repeated / 30_000) }, () => words.subarray(at, at + 30_000))).subarray(0, repeated)
    await add(`usr/lib/part-${entries % 100}/file-${entries}`, Buffer.concat([noise.subarray(from, from + part), text]))
    noisy += part
  }
  await write(Buffer.alloc(1024))
  gzip.stdin.end()
  await once(out, 'close')
  return { entries, plainBytes }
}

function header(name, size, type) {
  const block = Buffer.alloc(512)
  block.write(name, 0)
  block.write(`0000644\x000000000\x000000000\x00${size.toString(8).padStart(11, '0')}\x0000000000000\x00        ${type}`, 100)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
