/** `Packages.db`, rpm's own ndb: a table of slots, each naming a run of 16-byte blocks with one header (rpm's lib/backend/ndb/rpmpkg.c). Little-endian. */
import { ByteView, reasonOf, Unreadable } from './byte-view.ts'
import type { Report, StoredHeader } from './stored-header.ts'

const ascii = (text: string): number => new ByteView(new TextEncoder().encode(text), 'little-endian').u32(0)
const magic = { file: ascii('RpmP'), slot: ascii('Slot'), blobStart: ascii('BlbS'), blobEnd: ascii('BlbE') }
const blockLength = 16
const slotLength = 16
const fileHeaderLength = 32
const slotPageLength = 4_096
const blobHeadLength = 16
const blobTailLength = 12

/** The headers in the order of their slots. A damaged one is reported; a damaged slot table raises `Unreadable`. */
export function* ndbHeaders(file: Uint8Array, report: Report): Generator<StoredHeader> {
  const view = new ByteView(file, 'little-endian')
  if (view.u32(0) !== magic.file) throw new Unreadable('it is no ndb database')
  if (view.u32(4) !== 0) throw new Unreadable(`its version is ${view.u32(4)}`)
  const slotsEnd = view.u32(12) * slotPageLength
  if (slotsEnd > view.length) throw new Unreadable('its table of slots is cut off')
  const seen = new Set<number>()
  let bytesNamed = 0
  for (let at = fileHeaderLength; at < slotsEnd; at += slotLength) {
    if (view.u32(at) !== magic.slot) throw new Unreadable(`there is no slot at byte ${at}`)
    const [number, start, length] = [view.u32(at + 4), view.u32(at + 8) * blockLength, view.u32(at + 12) * blockLength]
    if (start === 0) continue
    bytesNamed += length
    // Blobs never overlap, so a table that names more than there is would have us read the same bytes for ever.
    if (bytesNamed > view.length) throw new Unreadable('its slots overlap')
    if (seen.has(number)) throw new Unreadable(`header ${number} has two slots`)
    seen.add(number)
    try {
      if (start < slotsEnd) throw new Unreadable('it lies in the table of slots')
      yield { number, blob: blobOf(new ByteView(view.slice(start, length), 'little-endian'), number) }
    } catch (error) {
      report(`header ${number}: ${reasonOf(error)}`)
    }
  }
}

/** Head (magic, number, generation, length), the header, zeros, tail (Adler-32 of all before, length, magic). */
function blobOf(view: ByteView, number: number): Uint8Array {
  const length = view.u32(12)
  const tail = view.length - blobTailLength
  if (view.u32(0) !== magic.blobStart || view.u32(4) !== number) throw new Unreadable('its blob does not begin as one of that number')
  if (Math.ceil((blobHeadLength + length + blobTailLength) / blockLength) * blockLength !== view.length)
    throw new Unreadable('its blob has another length than its slot')
  if (view.u32(tail + 4) !== length || view.u32(tail + 8) !== magic.blobEnd) throw new Unreadable('its blob does not end as one')
  if (view.u32(tail) !== adler32(view.slice(0, tail))) throw new Unreadable('the checksum of its blob is wrong')
  return view.slice(blobHeadLength, length)
}

/** RFC 1950, section 8.2. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (let at = 0; at < bytes.length; ) {
    // As many as keep both sums below 2^32.
    for (const end = Math.min(at + 5_552, bytes.length); at < end; at += 1) {
      a += bytes[at] ?? 0
      b += a
    }
    a %= 65_521
    b %= 65_521
  }
  return b * 65_536 + a
}
