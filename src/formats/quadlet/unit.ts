/** Unit files as systemd reads them (https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html). */
import { fromBuilder, fromFile, join, part, type Sourced } from '../sourced.ts'

/** One `Key=value` of a section; a value over several lines has a blank between them. */
export type Setting = { readonly section: string; readonly key: string; readonly value: Sourced }

/** The settings of `text` (latin1) in order. Lines that are none say nothing. Total and linear. */
export function readUnit(text: string): readonly Setting[] {
  const settings: Setting[] = []
  const source = fromFile(text, 0)
  let section = ''
  let open: { readonly key: string; readonly pieces: Sourced[] } | null = null
  const close = (): void => {
    if (open !== null) settings.push({ section, key: open.key, value: trimmed(join(open.pieces)) })
    open = null
  }
  for (const [start, end] of linesOf(text)) {
    const line = part(source, start, end)
    const isComment = /^[ \t]*[#;]/.test(line.text)
    if (isComment) continue
    const goesOn = line.text.endsWith('\\')
    const content = goesOn ? part(line, 0, line.text.length - 1) : line
    const pending: { readonly key: string; readonly pieces: Sourced[] } | null = open
    if (pending !== null) (pending as { readonly pieces: Sourced[] }).pieces.push(fromBuilder(' '), content)
    else {
      const header = /^[ \t]*\[([^\]]*)\][ \t]*$/.exec(line.text)?.[1]
      const equals = content.text.indexOf('=')
      if (header !== undefined) section = header
      else if (equals > 0) open = { key: content.text.slice(0, equals).trim(), pieces: [part(content, equals + 1)] }
    }
    if (!goesOn) close()
  }
  close()
  return settings
}

/** The last setting of that name, which counts; an empty one takes back those before it. Null where there is none. */
export function lastOf(settings: readonly Setting[], section: string, key: string): Sourced | null {
  const found = settings.filter((setting) => setting.section === section && setting.key === key).at(-1)
  return found === undefined || found.value.text === '' ? null : found.value
}

/** All settings of that name since an empty one. */
export function allOf(settings: readonly Setting[], section: string, key: string): readonly Sourced[] {
  const values = settings.flatMap((setting) => (setting.section === section && setting.key === key ? [setting.value] : []))
  return values.slice(values.findLastIndex(({ text }) => text === '') + 1)
}

function* linesOf(text: string): Iterable<readonly [start: number, end: number]> {
  for (let start = text.startsWith('\xef\xbb\xbf') ? 3 : 0; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed
    yield [start, text[end - 1] === '\r' ? end - 1 : end]
    start = end + 1
  }
}

function trimmed(source: Sourced): Sourced {
  const start = source.text.length - source.text.trimStart().length
  return part(source, start, Math.max(start, source.text.trimEnd().length))
}
