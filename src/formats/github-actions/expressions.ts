/** Expressions of workflows: `${{ env.NAME }}` (https://docs.github.com/en/actions/reference/workflows-and-actions/expressions). */
import { fromBuilder, part, type Sourced, SourcedBuilder } from '../sourced.ts'
import { unknown } from '../unknown.ts'

/** What a context holds at a path (`env.NAME`); null where that is known only when it runs. */
export type Contexts = (path: string) => Sourced | null

/** An expression; braces in it stand in quotes. */
const form = /\$\{\{((?:[^{}']|'[^']*')*)\}\}/g

/** `text` with its expressions replaced: reading a context and quoted text, all others are `unknown`. */
export function expand(text: Sourced, contexts: Contexts): Sourced {
  if (!text.text.includes('${{')) return text
  const out = new SourcedBuilder()
  let done = 0
  for (const found of text.text.matchAll(form)) {
    out.addAll(text, done, found.index)
    out.addAll(valueOf(found[1] ?? '', contexts) ?? unknown)
    done = found.index + found[0].length
  }
  out.addAll(text, done)
  const expanded = out.take()
  return expanded.text.includes('${{') ? unknown : expanded
}

/** The one context that all of `text` reads (`matrix.image`), or null. */
export function readContext(text: Sourced): string | null {
  const inside = /^\s*\$\{\{([^{}]*)\}\}\s*$/.exec(text.text)?.[1]
  return inside === undefined ? null : pathOf(inside)
}

/** The expressions in `text`, for words about them. */
export function expressionsIn(text: Sourced): readonly string[] {
  return [...new Set(text.text.match(form) ?? [text.text])]
}

function valueOf(expression: string, contexts: Contexts): Sourced | null {
  const quoted = /^\s*'([^']*)'\s*$/.exec(expression)?.[1]
  if (quoted !== undefined) return fromBuilder(quoted)
  const path = pathOf(expression)
  return path === null ? null : contexts(path)
}

function pathOf(expression: string): string | null {
  const path = expression.trim().replaceAll(/\[\s*'([\w-]+)'\s*\]/g, '.$1')
  return /^[a-z]+(?:\.[\w-]+)+$/.test(path) ? path : null
}

/** The lines of a list that is one text (`build-args: |`), without blanks around them, empty ones and comments. */
export function linesOf(text: Sourced): readonly Sourced[] {
  return [...text.text.matchAll(/[^\r\n]+/g)].flatMap((line) => {
    const start = line.index + line[0].length - line[0].trimStart().length
    const trimmed = line[0].trim()
    return trimmed === '' || trimmed.startsWith('#') ? [] : [part(text, start, start + trimmed.length)]
  })
}
