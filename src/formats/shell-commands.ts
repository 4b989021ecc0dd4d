/** The simple commands of a shell script, as far as its words can be read without running it (POSIX.1-2024, Shell Command Language, 2.2 and 2.6). */
import { fromBuilder, join, part, type Sourced, SourcedBuilder } from './sourced.ts'
import { unknown } from './unknown.ts'

/** A command with its words without quotes, or the brackets of a subshell. */
export type ShellStep = { readonly kind: 'command'; readonly words: readonly Sourced[] } | { readonly kind: 'open' } | { readonly kind: 'close' }

/** What a variable of the shell holds; null where that is known only when it runs. */
export type Variable = (name: string) => Sourced | null

/** Bytes of one script that are read. */
const longestScript = 200_000

/** Characters that stand for themselves. */
const plain = /[^\s\\'"$`#;&|()<>]+/y
const plainInQuotes = /[^\\"$`]+/y

/**
 * The steps of `script` in order, control words (`if`, `do`) as words before their command. Values that cannot be known are `unknown` in their word;
 * what stands in `$(…)` and in heredocs is not read. Total: of a script that is no shell script the words are of no use, and that is all.
 */
export function shellSteps(script: Sourced, variable: Variable): readonly ShellStep[] {
  return script.text.length > longestScript ? [] : new Script(script, variable).steps()
}

class Script {
  readonly #source: Sourced
  readonly #text: string
  readonly #variable: Variable
  readonly #steps: ShellStep[] = []
  readonly #word = new SourcedBuilder()
  readonly #assigned = new Set<string>()
  #words: Sourced[] = []
  #inWord = false
  #pos = 0

  constructor(source: Sourced, variable: Variable) {
    this.#source = source
    this.#text = source.text
    this.#variable = (name) => (this.#assigned.has(name) ? null : variable(name))
  }

  steps(): readonly ShellStep[] {
    while (this.#pos < this.#text.length) this.#step()
    this.#endCommand()
    return this.#steps
  }

  #step(): void {
    const char = this.#text[this.#pos] ?? ''
    if (char === '\\') this.#escaped()
    else if (char === "'") this.#singleQuoted()
    else if (char === '"') this.#doubleQuoted()
    else if (char === '$' || char === '`') this.#expansion()
    else if (char === '#' && !this.#inWord) this.#pos = this.#find('\n', this.#text.length)
    else if (/[ \t\r]/.test(char)) this.#endWord(1)
    else if (/[\n;&|]/.test(char)) this.#endCommand(1)
    else if (char === '(' || char === ')') {
      this.#endCommand(1)
      this.#steps.push({ kind: char === '(' ? 'open' : 'close' })
    } else if (char === '<' || char === '>') this.#redirection()
    else this.#takeRun(plain)
  }

  #take(length: number): void {
    this.#word.addAll(this.#source, this.#pos, Math.min(this.#pos + length, this.#text.length))
    this.#pos += length
    this.#inWord = true
  }

  /** What the sticky `run` matches here, at least one character. */
  #takeRun(run: RegExp): void {
    run.lastIndex = this.#pos
    this.#take(run.test(this.#text) ? run.lastIndex - this.#pos : 1)
  }

  #find(what: string, otherwise: number): number {
    const found = this.#text.indexOf(what, this.#pos)
    return found < 0 ? otherwise : found
  }

  #escaped(): void {
    const feed = /^\\\r?\n/.exec(this.#text.slice(this.#pos, this.#pos + 3))
    this.#pos += feed?.[0].length ?? 1
    if (feed === null && this.#pos < this.#text.length) this.#take(1)
  }

  #singleQuoted(): void {
    this.#pos++
    this.#take(this.#find("'", this.#text.length) - this.#pos)
    this.#pos++
  }

  #doubleQuoted(): void {
    this.#inWord = true
    for (this.#pos++; this.#pos < this.#text.length && this.#text[this.#pos] !== '"'; ) {
      const char = this.#text[this.#pos]
      if (char === '$' || char === '`') this.#expansion()
      else if (char === '\\' && /["$`\\\n]/.test(this.#text[this.#pos + 1] ?? '')) this.#escaped()
      else this.#takeRun(plainInQuotes)
    }
    this.#pos++
  }

  /** A variable, or what a command prints. */
  #expansion(): void {
    const rest = this.#text.slice(this.#pos, this.#pos + 200)
    const name = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/.exec(rest)
    const pwd = /^(?:\$\(pwd\)|`pwd`)/.exec(rest)
    this.#inWord = true
    if (name !== null) this.#word.addAll(this.#variable(name[1] ?? name[2] ?? '') ?? unknown)
    else if (pwd !== null) this.#word.addAll(this.#variable('PWD') ?? unknown)
    else if (/^\$(?:["']|[^\w({!@#?*$-]|$)/.test(rest)) return this.#take(1)
    else this.#word.addAll(unknown)
    this.#pos = name !== null || pwd !== null ? this.#pos + (name ?? pwd ?? [''])[0].length : this.#endOfExpansion()
  }

  #endOfExpansion(): number {
    const open = this.#text[this.#pos + 1] ?? ''
    if (this.#text[this.#pos] === '`') {
      this.#pos++
      return this.#find('`', this.#text.length) + 1
    }
    if (open !== '(' && open !== '{') return this.#pos + 2
    const close = open === '(' ? ')' : '}'
    let depth = 0
    for (let at = this.#pos + 1; at < this.#text.length; at++) {
      if (this.#text[at] === open) depth++
      else if (this.#text[at] === close && --depth === 0) return at + 1
    }
    return this.#text.length
  }

  /** A redirection takes the word behind it along; a heredoc its lines. */
  #redirection(): void {
    const heredoc = /^<<-?[ \t]*(['"]?)([\w.-]+)\1/.exec(this.#text.slice(this.#pos, this.#pos + 200))
    if (heredoc !== null) {
      const end = new RegExp(`^[ \\t]*${(heredoc[2] ?? '').replaceAll('.', '\\.')}[ \\t\\r]*$`, 'm').exec(this.#text.slice(this.#find('\n', this.#text.length)))
      this.#endCommand()
      this.#pos = end === null ? this.#text.length : this.#find('\n', this.#text.length) + end.index + end[0].length
      return
    }
    this.#endWord()
    if (/^\d$/.test(this.#words.at(-1)?.text ?? '') && /\d/.test(this.#text[this.#pos - 1] ?? '')) this.#words.pop()
    while (/[<>&|]/.test(this.#text[this.#pos] ?? '')) this.#pos++
    while (/[ \t]/.test(this.#text[this.#pos] ?? '')) this.#pos++
    const count = this.#words.length
    while (this.#pos < this.#text.length && !/[\s;&|()<>]/.test(this.#text[this.#pos] ?? '')) this.#step()
    this.#endWord()
    this.#words.length = Math.min(this.#words.length, count)
  }

  #endWord(length = 0): void {
    if (this.#inWord) this.#words.push(this.#word.take())
    this.#inWord = false
    this.#pos += length
  }

  #endCommand(length = 0): void {
    this.#endWord(length)
    if (this.#words.length === 0) return
    this.#note(this.#words.map(({ text }) => text))
    this.#steps.push({ kind: 'command', words: this.#words })
    this.#words = []
  }

  /** What a script sets itself has no longer the value from outside. */
  #note(words: readonly string[]): void {
    let takesNames = false
    for (const word of words) {
      const [, name, equals] = /^([A-Za-z_]\w*)(\+?=|$)/.exec(word) ?? []
      if (/^(?:for|read|select)$/.test(word)) takesNames = true
      else if (name !== undefined && (equals !== '' || takesNames)) this.#assigned.add(name)
      else if (!word.startsWith('-') && !controlWord.test(word)) return
    }
  }
}

/** What may stand before a command without being one. */
export const controlWord = /^(?:if|then|elif|else|do|while|until|!|\{|time|sudo|env|exec|command|export|local|declare|readonly|typeset)$/

/** Scripts that one shell runs, one after the other. */
export function joinedScripts(scripts: readonly Sourced[]): Sourced {
  return join(scripts.flatMap((script) => [script, fromBuilder('\n')]))
}

/** The text without blanks around it. */
export function trimmed(source: Sourced): Sourced {
  const start = source.text.length - source.text.trimStart().length
  return part(source, start, Math.max(start, source.text.trimEnd().length))
}
