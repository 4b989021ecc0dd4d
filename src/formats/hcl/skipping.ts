/** What of HCL is passed over: white space, comments, strings and expressions that nothing here computes. Linear, and total on any text. */

/** The next position that is no white space or comment; a new line ends it unless `overLines`. */
export function skipSpace(text: string, start: number, overLines: boolean): number {
  let at = start
  for (;;) {
    const char = text[at]
    if (char === ' ' || char === '\t' || char === '\r' || (char === '\n' && overLines)) at++
    else if (char === '#' || (char === '/' && text[at + 1] === '/')) at = orEnd(text.indexOf('\n', at), text)
    else if (char === '/' && text[at + 1] === '*') at = orEnd(text.indexOf('*/', at + 2), text, 2)
    else return at
  }
}

const orEnd = (found: number, text: string, length = 0): number => (found < 0 ? text.length : found + length)

/** The position behind a quoted template that starts at `start`; one that is not closed ends with the text. */
export function skipString(text: string, start: number): number {
  // What is open: quotes and the braces of computations, innermost last.
  const open = ['"']
  let at = start + 1
  for (; at < text.length && open.length > 0; at++) {
    const char = text[at]
    const inQuotes = open.at(-1) === '"'
    if (inQuotes && char === '\\') at++
    else if (char === '"' && inQuotes) open.pop()
    else if (char === '"') open.push('"')
    else if (inQuotes && (char === '$' || char === '%') && text[at + 1] === char && text[at + 2] === '{') at += 2
    else if (inQuotes && (char === '$' || char === '%') && text[at + 1] === '{') {
      open.push('{')
      at++
    } else if (!inQuotes && char === '{') open.push('{')
    else if (!inQuotes && char === '}') open.pop()
  }
  return Math.min(at, text.length)
}

/** Where an expression that starts at `start` ends, and where what bounds it stands: a `,` or a bracket, a comment or the end of its line where lines count. */
export function skipExpression(text: string, start: number, endsWithLine: boolean): { readonly end: number; readonly next: number } {
  let depth = 0
  let at = start
  let end = start
  while (at < text.length) {
    const char = text[at] ?? ''
    const isLineComment = char === '#' || (char === '/' && text[at + 1] === '/')
    const isBound = char === ',' || (endsWithLine && (char === '\n' || isLineComment)) || /[)\]}]/.test(char)
    if (depth === 0 && isBound) break
    if (isLineComment || (char === '/' && text[at + 1] === '*')) at = skipSpace(text, at, false)
    else if (/\s/.test(char)) at++
    else {
      if (/[([{]/.test(char)) depth++
      if (/[)\]}]/.test(char)) depth--
      at = char === '"' ? skipString(text, at) : at + 1
      end = at
    }
  }
  return { end, next: at }
}
