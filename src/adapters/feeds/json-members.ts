/** The members of a large JSON document one by one, from a stream of bytes (https://www.rfc-editor.org/rfc/rfc8259), with memory for one member. */
import { Fault } from '../../domain/fault.ts'

/** A member of an object or an item of an array: the keys and indexes that lead to it from the document's root, and its parsed value. */
export type JsonMember = { readonly path: readonly (string | number)[]; readonly value: unknown }

export type JsonLimits = {
  /** Bytes of one member; 16 MB without it. */
  readonly maxMemberBytes?: number
  /** Containers inside of each other, in a member; 64 without it. */
  readonly maxDepth?: number
}

/**
 * Splits the document at `bytes`: containers for which `isOpened` holds are gone into, every other value is given whole, in the document's order. The root
 * (path `[]`) must be a container and is always opened; `isOpened` is asked with the path of each container below it, and holds for none without it. A
 * member that is a container and opened is not given itself. Raises `invalid`, beginning with `where` and naming the byte, for what is cut off, is no JSON,
 * goes deeper or is larger than `limits` allow, or has content after its end.
 */
export async function* jsonMembers(
  bytes: AsyncIterable<Uint8Array>,
  where: string,
  isOpened: (path: readonly (string | number)[]) => boolean = () => false,
  limits: JsonLimits = {},
): AsyncIterable<JsonMember> {
  const splitter = new Splitter(where, isOpened, limits)
  for await (const chunk of bytes) yield* splitter.take(chunk)
  splitter.end()
}

type Opened = { readonly isObject: boolean; key: string | number }
/** What may come next; `value-or-end` and `key-or-end` only directly after the opening bracket. */
type Expected = 'root' | 'value-or-end' | 'value' | 'key-or-end' | 'key' | 'colon' | 'comma-or-end' | 'nothing'
type Token = 'none' | 'string' | 'container' | 'scalar'

const quote = 0x22
const backslash = 0x5c
const [openBrace, closeBrace, openBracket, closeBracket, comma, colon] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a]
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

class Splitter {
  readonly #where: string
  readonly #isOpened: (path: readonly (string | number)[]) => boolean
  readonly #maxMemberBytes: number
  readonly #maxDepth: number
  readonly #stack: Opened[] = []
  #expected: Expected = 'root'
  /** The key or value being read: its kind, its bytes of earlier chunks, and where it began in the file. */
  #token: Token = 'none'
  #isKey = false
  #parts: Uint8Array[] = []
  #partBytes = 0
  #tokenAt = 0
  #depth = 0
  #isInString = false
  #isEscaped = false
  /** Bytes of the file before the current chunk. */
  #before = 0

  constructor(where: string, isOpened: (path: readonly (string | number)[]) => boolean, limits: JsonLimits) {
    this.#where = where
    this.#isOpened = isOpened
    this.#maxMemberBytes = limits.maxMemberBytes ?? 16_000_000
    this.#maxDepth = limits.maxDepth ?? 64
  }

  *take(chunk: Uint8Array): Iterable<JsonMember> {
    let at = 0
    while (at < chunk.length) {
      if (this.#token === 'none') {
        at = this.#structure(chunk, at)
        continue
      }
      const end = this.#tokenEnd(chunk, at)
      const stop = end === -1 ? chunk.length : end
      this.#partBytes += stop - at
      if (this.#partBytes > this.#maxMemberBytes) throw this.#fault(`has a member of more than ${this.#maxMemberBytes} bytes`, this.#tokenAt)
      // A copy, since the source may reuse its buffer for the next chunk.
      this.#parts.push(end === -1 ? Buffer.from(chunk.subarray(at, stop)) : chunk.subarray(at, stop))
      at = stop
      if (end === -1) break
      const member = this.#finish()
      if (member !== null) yield member
    }
    this.#before += chunk.length
  }

  end(): void {
    if (this.#expected !== 'nothing') throw this.#fault('is cut off', this.#before)
  }

  #fault(what: string, offset: number): Fault {
    return new Fault('invalid', `${this.#where} ${what} (byte ${offset})`)
  }

  #unexpected(byte: number, at: number): Fault {
    const shown = byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `0x${byte.toString(16).padStart(2, '0')}`
    return this.#fault(`is not JSON: ${shown} stands where something else must`, this.#before + at)
  }

  /** Reads one byte between keys and values; gives where to go on. */
  #structure(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0
    if (isSpace(byte)) return at + 1
    const expected = this.#expected
    const top = this.#stack.at(-1)
    if (expected === 'nothing' || (expected === 'root' && byte !== openBrace && byte !== openBracket)) throw this.#unexpected(byte, at)
    if (expected === 'colon') {
      if (byte !== colon) throw this.#unexpected(byte, at)
      this.#expected = 'value'
    } else if (expected === 'comma-or-end' && byte === comma) {
      this.#expected = top?.isObject === true ? 'key' : 'value'
      if (typeof top?.key === 'number') top.key += 1
    } else if (expected.endsWith('-or-end') && byte === (top?.isObject === true ? closeBrace : closeBracket)) {
      this.#stack.pop()
      this.#expected = this.#stack.length === 0 ? 'nothing' : 'comma-or-end'
    } else if (expected === 'key' || expected === 'key-or-end') {
      if (byte !== quote) throw this.#unexpected(byte, at)
      this.#begin('string', true, at)
      return at
    } else if (expected === 'comma-or-end' || byte === comma || byte === colon || byte === closeBrace || byte === closeBracket) {
      throw this.#unexpected(byte, at)
    } else if (byte === openBrace || byte === openBracket) {
      if (expected !== 'root' && !this.#isOpened(this.#path())) {
        this.#begin('container', false, at)
        return at
      }
      if (this.#stack.length >= this.#maxDepth) throw this.#fault(`goes deeper than ${this.#maxDepth} levels`, this.#before + at)
      this.#stack.push({ isObject: byte === openBrace, key: byte === openBrace ? '' : 0 })
      this.#expected = byte === openBrace ? 'key-or-end' : 'value-or-end'
    } else {
      this.#begin(byte === quote ? 'string' : 'scalar', false, at)
      return at
    }
    return at + 1
  }

  #begin(token: Token, isKey: boolean, at: number): void {
    this.#token = token
    this.#isKey = isKey
    this.#parts = []
    this.#partBytes = 0
    this.#tokenAt = this.#before + at
    this.#depth = 0
    this.#isInString = false
    this.#isEscaped = false
  }

  /** Where the token that is being read ends in `chunk` (the first byte after it), or -1 where it does not. */
  #tokenEnd(chunk: Uint8Array, from: number): number {
    if (this.#token === 'scalar') {
      for (let at = from; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0
        if (byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte)) return at
      }
      return -1
    }
    let depth = this.#depth
    let isInString = this.#isInString
    let isEscaped = this.#isEscaped
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at]
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) {
          isInString = false
          if (depth === 0) return at + 1
        }
      } else if (byte === quote) isInString = true
      else if (byte === openBrace || byte === openBracket) {
        depth += 1
        if (depth + this.#stack.length > this.#maxDepth) throw this.#fault(`goes deeper than ${this.#maxDepth} levels`, this.#before + at)
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1
        if (depth === 0) return at + 1
      }
    }
    this.#depth = depth
    this.#isInString = isInString
    this.#isEscaped = isEscaped
    return -1
  }

  #finish(): JsonMember | null {
    const [only] = this.#parts
    const whole = this.#parts.length === 1 && only !== undefined ? Buffer.from(only.buffer, only.byteOffset, only.byteLength) : Buffer.concat(this.#parts)
    this.#token = 'none'
    this.#parts = []
    let value: unknown
    try {
      value = JSON.parse(whole.toString('utf8'))
    } catch (cause) {
      throw new Fault('invalid', `${this.#where} is not JSON in what begins at byte ${this.#tokenAt}`, { cause })
    }
    const top = this.#stack.at(-1)
    if (this.#isKey) {
      if (top !== undefined) top.key = String(value)
      this.#expected = 'colon'
      return null
    }
    this.#expected = 'comma-or-end'
    return { path: this.#path(), value }
  }

  #path(): (string | number)[] {
    return this.#stack.map(({ key }) => key)
  }
}
