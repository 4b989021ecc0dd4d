/** The bits of bzip2, and what is said where they are wrong. */
import { Fault } from '../../domain/fault.ts'

/** The fault about the file `where`: what is wrong with it. */
export const damaged = (where: string, what: string): Fault => new Fault('invalid', `${where} ${what}`)

/** Bits of `bytes`, most significant first. */
export class BitReader {
  private readonly bytes: Uint8Array
  private readonly where: string
  private next: number
  private hold = 0
  private held = 0

  /** From byte `at` on, of which only the lowest `left` bits are unread; 0: begins at a byte. */
  constructor(bytes: Uint8Array, at: number, where: string, left = 0) {
    this.bytes = bytes
    this.where = where
    this.next = at
    if (left > 0) {
      this.hold = (bytes[at] ?? 0) & ((1 << left) - 1)
      this.held = left
      this.next = at + 1
    }
  }

  /** Where a reader that goes on would begin: the byte that still has unread bits, else the next one. Bits that were only peeked at are unread. */
  get position(): number {
    return this.next - Math.ceil(this.held / 8)
  }

  /** Unread bits of the byte at `position`, 0 where all of them are. */
  get bitsLeft(): number {
    return this.held % 8
  }

  /** The first byte of which nothing was read. */
  get nextByte(): number {
    return this.next - Math.floor(this.held / 8)
  }

  read(count: number): number {
    if (count > 16) return this.read(count - 16) * 65_536 + this.read(16)
    const value = this.peek(count)
    this.drop(count)
    return value
  }

  /** The next bits (at most 16), with zeros after the last one there is. */
  peek(count: number): number {
    while (this.held < count && this.next < this.bytes.length) {
      this.hold = (this.hold << 8) | (this.bytes[this.next] ?? 0)
      this.next += 1
      this.held += 8
    }
    return this.held >= count ? this.hold >>> (this.held - count) : this.hold << (count - this.held)
  }

  /** Passes over bits that were peeked at. */
  drop(count: number): void {
    if (count > this.held) throw damaged(this.where, 'is cut off')
    this.held -= count
    this.hold &= (1 << this.held) - 1
  }
}
