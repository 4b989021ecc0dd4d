/** Which heredocs a RUN, COPY or ADD opens (`heredocsFromLine`). */
import { BadSubstitution, ExpansionTooLarge, expandWords } from './expansion.ts'
import { Refusal } from '../refusal.ts'
import { part, type Sourced } from '../sourced.ts'

/** What ends a heredoc. */
export type Heredoc = { readonly name: string /** `<<-`: tabs before the end word do not count. */; readonly chomp: boolean }

/** The heredocs that `line` opens, in order. A line whose quotes or variables BuildKit cannot read opens none. */
export function heredocsOf(line: Sourced): readonly Heredoc[] {
  if (!line.text.includes('<<')) return []
  let words: readonly string[]
  try {
    words = expandWords(line, 'raw')
  } catch (error) {
    if (error instanceof BadSubstitution) return []
    if (error instanceof ExpansionTooLarge) throw new Refusal(error.message, line.at[0], 'too-large')
    throw error
  }
  return words.map((word) => heredocIn(word, line.at[0] ?? 0)).filter((heredoc) => heredoc !== null)
}

/** The place in `text` where the last of `heredocs` ends, for an instruction whose line ends at `end`. Throws `Refusal` where one does not end. */
export function heredocsEnd(text: string, heredocs: readonly Heredoc[], end: number, at: number): number {
  let place = end
  for (const { name, chomp } of heredocs) {
    for (let isOver = false; !isOver; ) {
      const start = text.indexOf('\n', place) + 1
      if (start === 0 || start === text.length) throw new Refusal(`the heredoc "${name}" does not end`, at)
      const feed = text.indexOf('\n', start)
      place = feed < 0 ? text.length : feed
      while (text[place - 1] === '\r') place--
      const line = text.slice(start, place)
      isOver = (chomp ? line.replace(/^\t+/, '') : line) === name
    }
  }
  return place
}

/** The heredoc that one argument opens, or null (`MustParseHeredoc`). */
export function heredocOf(word: Sourced): Heredoc | null {
  if (!word.text.includes('<<')) return null
  try {
    return heredocIn(word.text, 0)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

function heredocIn(word: string, at: number): Heredoc | null {
  const match = /^(\d*)<<(-?)[\t\n\f\r ]*([^<]*)$/.exec(word)
  const rest = match?.[3] ?? ''
  if (rest === '') return null
  try {
    const words = expandWords(part({ text: rest, at: [] }, 0), 'unquoted')
    return words.length === 1 ? { name: words[0] ?? '', chomp: match?.[2] === '-' } : null
  } catch (error) {
    if (error instanceof BadSubstitution) throw new Refusal(`the heredoc word ${rest} cannot be read: ${error.message}`, at)
    if (error instanceof ExpansionTooLarge) throw new Refusal(error.message, at, 'too-large')
    throw error
  }
}
