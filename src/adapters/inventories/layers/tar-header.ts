/** Tar headers: one block of 512 bytes (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06, GNU's and star's dialects). */
import { Refusal } from './refusal.ts'

/** Bytes of a block. */
export const blockSize = 512

/** What an entry is. `long-name`, `long-link`, `extended` and `comment` only say something about other entries. */
export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'sparse' | 'unknown' | 'long-name' | 'long-link' | 'extended' | 'comment'

/** A header as it stands there; long names are put in by the reader. */
export type TarHeader = { readonly name: string; readonly linkName: string; readonly type: TarType; readonly size: number }

const types: Readonly<Record<string, TarType>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'device',
  '4': 'device',
  '5': 'directory',
  '6': 'device',
  S: 'sparse',
  L: 'long-name',
  K: 'long-link',
  x: 'extended',
  g: 'comment',
}
/** These have no content whatever their size field says, as in Go's archive/tar, with which containers are unpacked. */
const withoutContent: readonly TarType[] = ['hardlink', 'symlink', 'device', 'directory']

/** The header in `block`, or null where the block is all zeros (the end). Raises `Refusal` where it is no header. */
export function readTarHeader(block: Buffer): TarHeader | null {
  if (block[0] === 0 && block.every((byte) => byte === 0)) return null
  const size = readNumber(block, 124, 12)
  if (!isChecksum(block, readNumber(block, 148, 8))) throw new Refusal('it is no tar archive, or a broken one')
  if (size === null) throw new Refusal('an entry of the archive has no possible size')
  const short = readText(block, 0, 100)
  const type = types[String.fromCharCode(block[156] ?? 0)] ?? 'unknown'
  const isV7Directory = type === 'file' && short.endsWith('/')
  const prefix = readPrefix(block)
  return {
    name: prefix === '' ? short : `${prefix}/${short}`,
    linkName: readText(block, 157, 100),
    type: isV7Directory ? 'directory' : type,
    size: isV7Directory || withoutContent.includes(type) ? 0 : size,
  }
}

/** Text up to the first NUL. */
function readText(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('utf8', start, end < 0 || end > start + length ? start + length : end)
}

/** The front part of a long path: POSIX has one, star a shorter one, GNU none. */
function readPrefix(block: Buffer): string {
  if (block[345] === 0 || block.toString('latin1', 257, 263) !== 'ustar\0') return ''
  return readText(block, 345, block.toString('latin1', 508, 512) === 'tar\0' ? 131 : 155)
}

/** Octal text, or a big-endian number marked by its first bit; null where it is neither, negative, or beyond what we count exactly. */
function readNumber(block: Buffer, start: number, length: number): number | null {
  const first = block[start] ?? 0
  if (first < 0x80) {
    const text = block.toString('latin1', start, start + length).replace(/^[ \0]+|[ \0]+$/g, '')
    return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null
  }
  if (first !== 0x80) return null
  const value = block.subarray(start + 1, start + length).reduce((sum, byte) => sum * 256 + byte, 0)
  return Number.isSafeInteger(value) ? value : null
}

/** Whether the bytes add up to `sum`, with spaces in its own place; old tars added signed bytes. */
function isChecksum(block: Buffer, sum: number | null): boolean {
  let unsigned = 8 * 32
  let signed = 8 * 32
  for (let at = 0; at < blockSize; at += 1) {
    if (at === 148) at = 156
    const byte = block[at] ?? 0
    unsigned += byte
    signed += byte > 127 ? byte - 256 : byte
  }
  return sum === unsigned || sum === signed
}
