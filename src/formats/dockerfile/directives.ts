/** Parser directives (`# escape=`, `# syntax=`, `# check=`) and the frontend image that BuildKit detects by them. */
import type { Escape } from './escape.ts'
import { Refusal } from '../refusal.ts'
import { fromFile, type Sourced } from '../sourced.ts'
import { afterSpace } from './space.ts'

type Directive = { readonly name: string; readonly value: string /** Where the value starts in the line. */; readonly valueAt: number }

/** Reads lines from the top: a directive, null once the directives are over, `'repeated'` for one given twice. */
export function directiveReader(comment: '#' | '//'): (line: string) => Directive | 'repeated' | null {
  const seen = new Set<string>()
  let done = false
  return (line) => {
    if (done) return null
    const start = line.startsWith(comment) ? afterSpace(line, comment.length) : -1
    const match = start < 0 ? null : /^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*([^\n]+?)[\t\n\f\r ]*$/d.exec(line.slice(start))
    const name = match?.[1]?.toLowerCase() ?? ''
    if (match === null || !['syntax', 'escape', 'check'].includes(name)) {
      done = true
      return null
    }
    if (seen.has(name)) return 'repeated'
    seen.add(name)
    return { name, value: match[2] ?? '', valueAt: start + (match.indices?.[2]?.[0] ?? 0) }
  }
}

/** The escape character that `text` asks for (it starts at byte `offset` of the file). Throws `Refusal` for directives that BuildKit refuses. */
export function escapeOf(text: string, offset: number): Escape {
  const read = directiveReader('#')
  let escape: Escape = '\\'
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const line = text.slice(start, feed < 0 ? text.length : feed).replace(/\r+$/, '')
    const indent = afterSpace(line)
    const found = read(line.slice(indent))
    if (found === null) break
    if (found === 'repeated') throw new Refusal('a parser directive is given twice', offset + start + indent)
    if (found.name === 'escape') {
      if (found.value !== '\\' && found.value !== '`') throw new Refusal(`"${found.value}" is no escape character: only \\ and \` are`, offset + start + indent)
      escape = found.value
    }
    start = feed < 0 ? text.length : feed + 1
  }
  return escape
}

/** The frontend image, and whether the rest of the file is a Dockerfile: after `// syntax=` and in JSON it need not be. */
export type Syntax = { readonly image: Sourced; readonly isDockerfile: boolean }

/** The image that `# syntax=`, `// syntax=` or `{"syntax": …}` names (`DetectSyntax`), or null. `text` starts at byte `offset` of the file. */
export function detectSyntax(text: string, offset: number): Syntax | null {
  const skipped = text.startsWith('#!') ? text.indexOf('\n') + 1 || text.length : 0
  const body = text.slice(skipped)
  const sourced = (start: number, image: string): Sourced => fromFile(image, offset + skipped + start)
  for (const comment of ['#', '//'] as const) {
    const read = directiveReader(comment)
    for (let start = 0; start < body.length; ) {
      const feed = body.indexOf('\n', start)
      const end = feed < 0 ? body.length : feed
      const found = read(body.slice(start, end).replace(/\r$/, ''))
      if (found === null || found === 'repeated') break
      const image = found.value.split(' ', 1)[0] ?? ''
      if (found.name === 'syntax') return { image: sourced(start + found.valueAt, image), isDockerfile: comment === '#' }
      start = end + 1
    }
  }
  return jsonSyntax(body, sourced)
}

function jsonSyntax(body: string, sourced: (start: number, image: string) => Sourced): Syntax | null {
  if (body[afterSpace(body)] !== '{') return null
  try {
    const value: unknown = JSON.parse(body)
    const image = typeof value === 'object' && value !== null && 'syntax' in value ? value.syntax : null
    const places = [...body.matchAll(/"syntax"\s*:\s*"([^"\\]*)"/dg)]
    const [place] = places
    if (typeof image !== 'string' || places.length !== 1 || place?.[1] !== image) return null
    return { image: sourced(place.indices?.[1]?.[0] ?? 0, image), isDockerfile: false }
  } catch {
    return null
  }
}
