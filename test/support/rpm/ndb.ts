/** A synthetic writer of `Packages.db` (ndb), from the layout in rpm's lib/backend/ndb/rpmpkg.c. Debian's rpm cannot write one. */

/** An ndb database of these headers, numbered from 1. */
export function writeNdb(blobs: readonly Uint8Array[]): Buffer {
  const slotPages = Math.ceil((2 + blobs.length) / 256)
  const table = Buffer.alloc(slotPages * 4096)
  table.write('RpmP', 0)
  for (const [at, value] of [
    [8, blobs.length],
    [12, slotPages],
    [16, blobs.length + 1],
  ] as const)
    table.writeUInt32LE(value, at)
  for (let at = 32; at < table.length; at += 16) table.write('Slot', at)
  const parts: Buffer[] = [table]
  let block = table.length / 16
  for (const [index, blob] of blobs.entries()) {
    const blocks = Math.ceil((16 + blob.length + 12) / 16)
    const bytes = Buffer.alloc(blocks * 16)
    bytes.write('BlbS', 0)
    bytes.writeUInt32LE(index + 1, 4)
    bytes.writeUInt32LE(index + 1, 8)
    bytes.writeUInt32LE(blob.length, 12)
    bytes.set(blob, 16)
    const tail = bytes.length - 12
    bytes.writeUInt32LE(adler32(bytes.subarray(0, tail)), tail)
    bytes.writeUInt32LE(blob.length, tail + 4)
    bytes.write('BlbE', tail + 8)
    for (const [at, value] of [index + 1, block, blocks].entries()) table.writeUInt32LE(value, 32 + 16 * index + 4 + 4 * at)
    block += blocks
    parts.push(bytes)
  }
  return Buffer.concat(parts)
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (let index = 0; index < bytes.length; index += 1) {
    a += bytes[index] ?? 0
    b += a
    if (index % 5_552 === 0) [a, b] = [a % 65_521, b % 65_521]
  }
  return (b % 65_521) * 65_536 + (a % 65_521)
}
