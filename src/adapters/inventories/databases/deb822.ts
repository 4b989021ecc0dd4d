/** Paragraphs of `Field: value` lines, as dpkg and apt write them (deb822(5), https://www.debian.org/doc/debian-policy/ch-controlfields.html). */

/** One paragraph; names in lower case, continuation lines joined with a line break. */
export type Paragraph = {
  /** 1-based. */
  readonly line: number
  readonly fields: ReadonlyMap<string, string>
  /** The first line that is neither field nor continuation, or null. */
  readonly oddLine: number | null
}

/** The paragraphs of `text` in order. Comments are passed over, CRLF counts as a line's end, the last field of a name counts. */
export function* paragraphs(text: string): Generator<Paragraph> {
  let start = 0
  let fields = new Map<string, string[]>()
  let open: string[] | null = null
  let oddLine: number | null = null
  const close = (): Paragraph => {
    const joined = new Map([...fields].map(([name, lines]) => [name, lines.join('\n')]))
    const paragraph = { line: start, fields: joined, oddLine }
    fields = new Map()
    open = null
    oddLine = null
    start = 0
    return paragraph
  }
  let number = 0
  for (const line of linesOf(text)) {
    number += 1
    if (line.trim() === '') {
      if (start > 0) yield close()
      continue
    }
    if (line.startsWith('#')) continue
    if (start === 0) start = number
    if (/^[ \t]/.test(line)) {
      if (open === null) oddLine ??= number
      else open.push(line.trim())
      continue
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    if (!/^[!-9;-~]+$/.test(name)) {
      oddLine ??= number
      open = null
      continue
    }
    open = [line.slice(colon + 1).trim()]
    fields.set(name.toLowerCase(), open)
  }
  if (start > 0) yield close()
}

/** The lines of `text`, one at a time, without their ends. */
export function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at)
    const end = feed < 0 ? text.length : feed
    yield text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end)
    at = end + 1
  }
}
