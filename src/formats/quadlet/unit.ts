/** Unit files as systemd reads them (https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html). */
import { withoutBlanks } from '../choices.ts'
import { fromBuilder, fromFile, join, part, type Sourced } from '../sourced.ts'

/** One `Key=value` of a section; a value over several lines has a blank between them. */
export type Setting = { readonly section: string; readonly key: string; readonly value: Sourced }

/** The settings of `text` (latin1) in order. Lines that are none say nothing. Total and linear. */
export function readUnit(text: string): readonly Setting[] {
  const settings: Setting[] = []
  let section = ''
  for (const line of logicalLines(text)) {
    const header = /^[ \t]*\[([^\]]*)\][ \t]*$/.exec(line.text)?.[1]
    const equals = line.text.indexOf('=')
    if (header !== undefined) section = header
    else if (equals > 0) settings.push({ section, key: line.text.slice(0, equals).trim(), value: withoutBlanks(part(line, equals + 1)) })
  }
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

/** The lines, those that a `\` continues joined by a blank; comments, also between such, left out. */
function* logicalLines(text: string): Iterable<Sourced> {
  const source = fromFile(text, 0)
  let pieces: Sourced[] = []
  for (let start = text.startsWith('\xef\xbb\xbf') ? 3 : 0; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed
    const line = part(source, start, text[end - 1] === '\r' && end > start ? end - 1 : end)
    start = end + 1
    if (/^[ \t]*[#;]/.test(line.text)) continue
    const goesOn = line.text.endsWith('\\')
    pieces.push(...(pieces.length > 0 ? [fromBuilder(' ')] : []), goesOn ? part(line, 0, line.text.length - 1) : line)
    if (goesOn) continue
    yield join(pieces)
    pieces = []
  }
  if (pieces.length > 0) yield join(pieces)
}
