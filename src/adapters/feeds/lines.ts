/** Lines of a stream of text, one by one. */
import { Fault } from '../../domain/fault.ts'

/** No line of a feed comes near this. */
const maxLineBytes = 1_000_000

/** `isWhole`: false for a last line without a line feed, which may be cut off. */
export type TextLine = { readonly line: string; readonly number: number; readonly isWhole: boolean }

/** Each line without its line feed (and carriage return), numbered from 1. Raises `invalid`, beginning with `where`, for a line of more than 1 MB. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>, where: string): AsyncIterable<TextLine> {
  const decoder = new TextDecoder()
  let rest = ''
  let number = 0
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineBytes) throw new Fault('invalid', `${where}:${number + lines.length + 1} is a line of more than ${maxLineBytes} bytes`)
    for (const line of lines) {
      number += 1
      yield { line: line.replace(/\r$/, ''), number, isWhole: true }
    }
  }
  rest += decoder.decode()
  if (rest !== '') yield { line: rest, number: number + 1, isWhole: false }
}
