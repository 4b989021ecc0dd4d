/** An Earthfile taken apart as Earthly's lexer does (https://docs.earthly.dev/docs/earthfile): targets, and commands with their words. */
import { fromFile, type Sourced, SourcedBuilder } from '../sourced.ts'

/** A command, or a target (`name:`) that commands follow; the words keep their quotes and variables. */
export type Command = { readonly kind: 'target'; readonly name: string } | { readonly kind: 'command'; readonly at: number; readonly words: readonly Sourced[] }

/** The commands of `text` (latin1) in order. Total and linear; more than any honest file has is left out. */
export function readCommands(text: string): readonly Command[] {
  const commands: Command[] = []
  const reader = new CommandReader(text)
  for (let next = reader.next(); next !== null && commands.length < mostCommands; next = reader.next()) commands.push(next)
  return commands
}

const mostCommands = 20_000

class CommandReader {
  readonly #text: string
  readonly #source: Sourced
  #pos: number

  constructor(text: string) {
    this.#text = text
    this.#source = fromFile(text, 0)
    this.#pos = text.startsWith('\xef\xbb\xbf') ? 3 : 0
  }

  /** What stands at the next line that is neither empty nor a comment; null at the end. */
  next(): Command | null {
    for (;;) {
      const lineStart = this.#pos
      this.#skipBlanks()
      const char = this.#text[this.#pos]
      if (char === undefined) return null
      if (char === '#') this.#pos = this.#endOfLine()
      else if (char === '\n') this.#pos++
      else return (this.#pos === lineStart ? this.#target() : null) ?? this.#command()
    }
  }

  #target(): Command | null {
    const line = this.#text.slice(this.#pos, Math.min(this.#endOfLine(), this.#pos + longestName))
    const name = /^([A-Za-z][\w.-]*):[ \t\r]*(?:#.*)?$/.exec(line)?.[1]
    if (name === undefined) return null
    this.#pos = this.#endOfLine()
    return { kind: 'target', name }
  }

  #command(): Command {
    const at = this.#pos
    const words: Sourced[] = []
    const word = new SourcedBuilder()
    const endWord = (): void => {
      if (word.length > 0) words.push(word.take())
    }
    while (this.#pos < this.#text.length) {
      const char = this.#text[this.#pos] ?? ''
      const continued = char === '\\' ? this.#continuation() : null
      if (char === '\n') break
      if (continued !== null) this.#pos = continued
      else if (char === ' ' || char === '\t' || char === '\r') {
        endWord()
        this.#pos++
      } else if (char === '#' && word.length === 0) this.#pos = this.#endOfLine()
      else {
        const end = char === '"' || char === "'" ? this.#endOfQuoted(char) : char === '$' ? this.#endOfShellOut() : this.#pos + (char === '\\' ? 2 : 1)
        word.addAll(this.#source, this.#pos, Math.min(end, this.#text.length))
        this.#pos = end
      }
    }
    endWord()
    return { kind: 'command', at, words }
  }

  /** Behind a `\` at the end of a line and the comments that follow, or null where it is none. */
  #continuation(): number | null {
    lineEnd.lastIndex = this.#pos + 1
    const found = lineEnd.exec(this.#text)
    if (found === null) return null
    let end = lineEnd.lastIndex
    for (commentLine.lastIndex = end; commentLine.exec(this.#text) !== null; end = commentLine.lastIndex);
    return end
  }

  /** Behind a quoted text: in double quotes over several lines, in single ones on its own; a quote that nothing closes is a character. */
  #endOfQuoted(quote: string): number {
    for (let at = this.#pos + 1; at < this.#text.length; at++) {
      const char = this.#text[at]
      if (char === quote) return at + 1
      if (char === '\n' && quote === "'") break
      if (char === '\\' && quote === '"') at++
    }
    return this.#pos + 1
  }

  /** Behind `$(…)` on one line, which is one word with its blanks; behind the `$` of anything else. */
  #endOfShellOut(): number {
    shellOut.lastIndex = this.#pos
    return shellOut.test(this.#text) ? shellOut.lastIndex : this.#pos + 1
  }

  #skipBlanks(): void {
    while (/[ \t\r]/.test(this.#text[this.#pos] ?? '')) this.#pos++
  }

  #endOfLine(): number {
    const feed = this.#text.indexOf('\n', this.#pos)
    return feed < 0 ? this.#text.length : feed
  }
}

const lineEnd = /[ \t]*(?:#[^\n]*)?\r?\n/y
const commentLine = /[ \t]*#[^\n]*\n/y
const shellOut = /\$\([^()\n]*(?:\([^()\n]*\)[^()\n]*){0,20}\)/y
const longestName = 300
