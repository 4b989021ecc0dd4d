/** Quoted texts whose later lines stand too far left for the specification (YAML 1.2.2 §6.1), which every reader in Go takes all the same. */
import { Lexer } from 'yaml'

/** More such texts in one document are not mended. */
const mostMended = 20

/** `text` with the line breaks inside of such quotes as blanks, so that offsets stay; null where it has none, or one that nothing closes. */
export function withQuotesInOneLine(text: string): string | null {
  let mended = text
  for (let count = 0; count < mostMended; count++) {
    const start = firstCutOff(mended)
    if (start === null) return count === 0 ? null : mended
    const end = endOfQuoted(mended, start)
    if (end === null) return null
    mended = mended.slice(0, start) + mended.slice(start, end).replace(/[\r\n]/g, ' ') + mended.slice(end)
  }
  return null
}

/** Where the first quoted text starts that the lexer ends before its closing quote. */
function firstCutOff(text: string): number | null {
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    const first = lexeme.charCodeAt(0)
    if (first === 2 || first === 24 || first === 31) continue
    if ((lexeme.startsWith('"') || lexeme.startsWith("'")) && endOfQuoted(text, offset) !== offset + lexeme.length) return offset
    offset += lexeme.length
  }
  return null
}

/** Behind the quote that closes the one at `start`, or null where there is none. */
function endOfQuoted(text: string, start: number): number | null {
  const quote = text.charAt(start)
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charAt(i)
    if (quote === '"' && character === '\\') i += 1
    else if (character === quote && quote === "'" && text.charAt(i + 1) === quote) i += 1
    else if (character === quote) return i + 1
  }
  return null
}
