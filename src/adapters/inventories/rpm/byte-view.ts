/** Bounded reading of binary structures: every place that a structure names is checked before it is read. */

/** What the bytes do not allow to read, in words for people. */
export class Unreadable extends Error {}

/** What an `Unreadable` says; anything else that was thrown is a bug and is thrown on. */
export function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message
  throw error
}

/** The order of the bytes of an integer. */
export type ByteOrder = 'big-endian' | 'little-endian'

/** Bytes with integers in one byte order. Reading outside of them raises `Unreadable`. */
export class ByteView {
  readonly bytes: Uint8Array
  readonly order: ByteOrder
  readonly #view: DataView
  readonly #isLittleEndian: boolean

  constructor(bytes: Uint8Array, order: ByteOrder) {
    this.bytes = bytes
    this.order = order
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#isLittleEndian = order === 'little-endian'
  }

  get length(): number {
    return this.bytes.length
  }

  u8(at: number): number {
    return this.#view.getUint8(this.#checked(at, 1))
  }

  u16(at: number): number {
    return this.#view.getUint16(this.#checked(at, 2), this.#isLittleEndian)
  }

  u32(at: number): number {
    return this.#view.getUint32(this.#checked(at, 4), this.#isLittleEndian)
  }

  /** `length` bytes, not copied. */
  slice(at: number, length: number): Uint8Array {
    this.#checked(at, length)
    return this.bytes.subarray(at, at + length)
  }

  #checked(at: number, length: number): number {
    if (!Number.isSafeInteger(at) || at < 0 || length < 0 || at + length > this.bytes.length)
      throw new Unreadable(`it points at byte ${at} of ${this.bytes.length}`)
    return at
  }
}
