/** Bodies: at most one content encoding, and never more bytes than the caller allowed. */
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

/** What is wrong with a body; `faultOf` puts it into words. */
export class BadBody extends Error {
  readonly code: 'TOO_LARGE' | 'BAD_ENCODING'
  constructor(code: 'TOO_LARGE' | 'BAD_ENCODING', message: string) {
    super(message)
    this.code = code
  }
}

const decoders: Readonly<Record<string, (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/**
 * `bytes` with the content encoding taken off. Raises `BadBody` where there is more than one encoding (498 bytes can become 200 MB: CVE-2026-22036),
 * an unknown one, more than `maxBytes` after decoding, or bytes that do not decode. https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding
 */
export async function decodeBody(bytes: Buffer, contentEncoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const encodings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
  const [encoding] = encodings
  if (encoding === undefined || bytes.length === 0) return bytes
  if (encodings.length > 1) throw new BadBody('BAD_ENCODING', `it is encoded ${encodings.length} times`)
  const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (decode === undefined) throw new BadBody('BAD_ENCODING', 'its content encoding is unknown')
  try {
    return await decode(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw tooLarge ? new BadBody('TOO_LARGE', 'decoded') : new BadBody('BAD_ENCODING', 'it does not decode')
  }
}
