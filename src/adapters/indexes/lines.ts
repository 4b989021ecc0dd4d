/** Lines of an index, as bytes: of tens of megabytes only a few fields become text. */
import { Fault } from '../../domain/fault.ts'

const newline = 10
/** The longest lines are dependencies of a few ten thousand characters. */
const longestLine = 1_048_576

/** Calls `take` for each line, without its end. Raises `invalid` for one of more than 1 MB, and what `take` raises. */
export async function eachLine(chunks: AsyncIterable<Uint8Array>, take: (line: Buffer) => void): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      take(bytes.subarray(start, end))
      start = end + 1
    }
    // A copy: what decoders give may be their own memory.
    rest = Buffer.from(bytes.subarray(start))
    if (rest.length > longestLine) throw new Fault('invalid', `its index has a line of more than ${longestLine} bytes; gave up`)
  }
  if (rest.length > 0) take(rest)
}

/** The text behind `label` (`Package: `) at the start of `line`, or null. A string of its own, which keeps no chunk alive. */
export function valueOf(line: Buffer, label: Buffer): string | null {
  if (line.length < label.length || line.compare(label, 0, label.length, 0, label.length) !== 0) return null
  return line.toString('utf8', label.length).trim()
}
