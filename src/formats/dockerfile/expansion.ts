/** BuildKit's word expansion (`frontend/dockerfile/shell`): quotes, escapes and variables, each character keeping its source. */
import type { Escape } from './escape.ts'
import { type PatternOptions, patternToRegExp, reversedPattern } from './patterns.ts'
import { fromBuilder, join, nothing, part, readOnly, type Sourced, SourcedBuilder } from '../sourced.ts'
import { spaceAt } from './space.ts'

/** Text that BuildKit cannot expand, whatever the arguments are. */
export class BadSubstitution extends Error {}

/** `${X?}` without a value: a build argument is asked for. */
export class ValueRequired extends Error {}

/** More text or nesting than any honest file has. */
export class ExpansionTooLarge extends Error {}

export type Expansion = {
  readonly value: Sourced
  /** Variables that were read as empty because nothing sets them, also those behind the arguments that were read. */
  readonly unset: ReadonlySet<string>
  /** It has a value, but one that is known only when it runs: `unset` names it then. */
  readonly isOpen?: true
}

/** The arguments that have a value. */
export type Scope = ReadonlyMap<string, Expansion>

/** Expands one word (`ProcessWord`). What patterns look at goes into `matched`: it decides the value without standing in it. Throws the three errors above. */
export function expandWord(word: Sourced, scope: Scope, escape: Escape, matched?: Set<Sourced>): Expansion {
  if (word.text.length <= longest && !/[$'"\\`]/.test(word.text)) return { value: word, unset: none }
  const lexer = new Lexer(word, scope, { escape, rawQuotes: false, rawEscapes: false, keepUnset: false, matched })
  return { value: lexer.upTo(null), unset: lexer.unset }
}

/** The words of a line with nothing set and unset variables kept: as written (`raw`) or without quotes. Throws `BadSubstitution`. */
export function expandWords(line: Sourced, quotes: 'raw' | 'unquoted'): readonly string[] {
  const raw = quotes === 'raw'
  const lexer = new Lexer(line, new Map(), { escape: '\\', rawQuotes: raw, rawEscapes: raw, keepUnset: true })
  lexer.upTo(null)
  return lexer.words
}

const none: ReadonlySet<string> = new Set()
const deepest = 100
const longest = 65_536
const longestMatched = 2_000

type Options = {
  readonly escape: Escape
  readonly rawQuotes: boolean
  readonly rawEscapes: boolean
  readonly keepUnset: boolean
  readonly matched?: Set<Sourced> | undefined
}

class Lexer {
  readonly unset = new Set<string>()
  words: string[] = []
  readonly #source: Sourced
  readonly #scope: Scope
  readonly #options: Options
  #pos = 0
  #depth = 0
  #rawEscapes: boolean
  #word = ''
  #inWord = false

  constructor(source: Sourced, scope: Scope, options: Options) {
    this.#source = source
    this.#scope = scope
    this.#options = options
    this.#rawEscapes = options.rawEscapes
  }

  /** Expands up to `stop` (taken too) or the end. */
  upTo(stop: string | null, rawEscapes = this.#rawEscapes): Sourced {
    if (++this.#depth > deepest) throw new ExpansionTooLarge(`variables are nested more than ${deepest} deep`)
    const outer = { rawEscapes: this.#rawEscapes, words: this.words, inWord: this.#inWord }
    this.#rawEscapes = rawEscapes
    this.words = []
    this.#word = ''
    this.#inWord = false
    const out = new SourcedBuilder()
    while (!this.#ended && this.#peek() !== stop) this.#step(out)
    if (stop !== null && this.#ended) throw new BadSubstitution(`the "${stop}" that would end it is missing`)
    if (stop !== null) this.#pos++
    this.#endWord()
    this.#depth--
    this.#rawEscapes = outer.rawEscapes
    if (stop !== null) {
      this.words = outer.words
      this.#inWord = outer.inWord
    }
    return out.take()
  }

  #step(out: SourcedBuilder): void {
    const char = this.#peek()
    if (char === "'" || char === '"') {
      const quoted = char === "'" ? this.#singleQuoted() : this.#doubleQuoted()
      out.addAll(quoted)
      this.#addRaw(quoted.text)
      this.#bound(out)
    } else if (char === '$') {
      const value = this.#variable()
      out.addAll(value)
      for (let i = 0; i < value.text.length; ) i += this.#addWordChar(value.text, i)
    } else if (char === '<') {
      const start = this.#pos++
      if (this.#peek() === '<') {
        this.#pos++
        while (/[\t\r ]/.test(this.#peek())) this.#pos++
      }
      out.addAll(this.#source, start, this.#pos)
      this.#addRaw(this.#source.text.slice(start, this.#pos))
    } else if (char === this.#options.escape) {
      if (this.#rawEscapes) {
        out.add(this.#source, this.#pos)
        this.#addRaw(char)
      }
      this.#pos++
      if (this.#ended) return
      this.#addRaw(this.#peek())
      out.add(this.#source, this.#pos++)
    } else {
      const length = this.#addWordChar(this.#source.text, this.#pos)
      out.addAll(this.#source, this.#pos, this.#pos + length)
      this.#pos += length
    }
    this.#bound(out)
  }

  #singleQuoted(): Sourced {
    const start = this.#pos
    const end = this.#source.text.indexOf("'", start + 1)
    if (end < 0) throw new BadSubstitution('a single quote is not closed')
    this.#pos = end + 1
    return this.#options.rawQuotes ? part(this.#source, start, end + 1) : part(this.#source, start + 1, end)
  }

  #doubleQuoted(): Sourced {
    const out = new SourcedBuilder()
    const { rawQuotes, escape } = this.#options
    if (rawQuotes) out.add(this.#source, this.#pos)
    for (this.#pos++; this.#peek() !== '"'; ) {
      if (this.#ended) throw new BadSubstitution('a double quote is not closed')
      if (this.#peek() === '$') out.addAll(this.#variable())
      else {
        if (this.#peek() === escape) {
          const next = this.#source.text[this.#pos + 1] ?? ''
          const escapes = next === '"' || next === '$' || next === escape
          if (this.#rawEscapes) out.add(this.#source, this.#pos)
          if (next === '' || escapes) this.#pos++
          if (next === '') continue
        }
        out.add(this.#source, this.#pos++)
      }
      this.#bound(out)
    }
    if (rawQuotes) out.add(this.#source, this.#pos)
    this.#pos++
    return out.take()
  }

  /** What stands for the `$…` at the position. */
  #variable(): Sourced {
    const start = this.#pos++
    if (this.#peek() !== '{') {
      const name = this.#name()
      return name === '' ? part(this.#source, start, start + 1) : (this.#value(name) ?? this.#kept(`$${name}`))
    }
    this.#pos++
    if (this.#ended) throw new BadSubstitution('"}" is missing after "${"')
    if (/[{}:]/.test(this.#peek())) throw new BadSubstitution('bad substitution')
    const name = this.#name()
    const colon = this.#peek() === ':' && this.#pos++ > 0
    const operator = this.#peek()
    this.#pos++
    if (operator === '}' && !colon) return this.#value(name) ?? this.#kept(`\${${name}}`)
    if (/[-+?]/.test(operator)) return this.#withDefault(name, operator, colon)
    if (/[#%]/.test(operator) && !colon) return this.#trimmed(name, operator)
    if (operator === '/' && !colon) return this.#replaced(name)
    throw new BadSubstitution(`"${colon ? ':' : ''}${operator}" is no modifier of a variable`)
  }

  #withDefault(name: string, operator: string, colon: boolean): Sourced {
    const known = this.unset.size
    const word = this.upTo('}', false)
    const argument = this.#scope.get(name)
    const isSet = argument !== undefined && !(colon && argument.value.text === '')
    if (this.#options.keepUnset && argument === undefined) return this.#kept(`\${${name}${colon ? ':' : ''}${operator}${word.text}}`)
    const takesWord = operator === '+' ? isSet : operator === '-' && !isSet
    if (!takesWord) for (const unread of [...this.unset].slice(known)) this.unset.delete(unread)
    if (argument?.isOpen === true) this.unset.add(name)
    if (takesWord) return word
    if (operator === '+') return nothing
    if (isSet) return this.#value(name) ?? nothing
    throw new ValueRequired(`${name}: ${word.text === '' ? 'a value is required' : word.text}`)
  }

  #trimmed(name: string, operator: string): Sourced {
    const word = this.upTo('}', true)
    const value = this.#value(name)
    if (value === null) return this.#kept(`\${${name}${operator}${word.text}}`)
    const greedy = word.text.startsWith(operator)
    const pattern = greedy ? word.text.slice(1) : word.text
    const fromEnd = operator === '%'
    const form = this.#pattern(fromEnd ? reversedPattern(pattern) : pattern, value, { greedy, anchored: true, reversed: fromEnd })
    this.#options.matched?.add(value).add(word)
    const length = form.exec(fromEnd ? [...value.text].reverse().join('') : value.text)?.[0].length ?? 0
    return readOnly(fromEnd ? part(value, 0, value.text.length - length) : part(value, length))
  }

  #replaced(name: string): Sourced {
    const all = this.#peek() === '/'
    if (all) this.#pos++
    const pattern = this.upTo('/', true)
    const replacement = this.upTo('}', true)
    const value = this.#value(name)
    if (value === null) return this.#kept(`\${${name}/${pattern.text}/${replacement.text}}`)
    const form = this.#pattern(pattern.text, value, { greedy: true, anchored: false, all })
    this.#options.matched?.add(value).add(pattern)
    const found = all ? [...value.text.matchAll(form)] : [form.exec(value.text)].filter((match) => match !== null)
    const isBehind = (match: RegExpExecArray, before?: RegExpExecArray): boolean => before !== undefined && match.index === before.index + before[0].length
    const matches = found.filter((match, i) => match[0] !== '' || !isBehind(match, found[i - 1])) // Go passes over an empty match behind another
    let at = 0
    const pieces = matches.flatMap((match) => {
      const kept = part(value, at, match.index)
      at = match.index + match[0].length
      return [kept, replacement]
    })
    return readOnly(join([...pieces, part(value, at)]))
  }

  #pattern(pattern: string, value: Sourced, options: PatternOptions): RegExp {
    const wildcards = pattern.split('*').length - 1
    if (wildcards > 3 || (wildcards > 0 && value.text.length > longestMatched)) throw new ExpansionTooLarge('the pattern is too costly')
    const form = patternToRegExp(pattern, options)
    if (form === null) throw new BadSubstitution(`"${pattern}" is no pattern`)
    return form
  }

  #name(): string {
    const name = /^(?:[0-9]+|[@*#?$!-]|[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)/.exec(this.#source.text.slice(this.#pos, this.#pos + longestName))?.[0] ?? ''
    this.#pos += name.length
    return name
  }

  /** The value of a variable; null when unset variables are to be kept as written. */
  #value(name: string): Sourced | null {
    const argument = this.#scope.get(name)
    if (argument === undefined) this.unset.add(name)
    for (const behind of argument?.unset ?? []) this.unset.add(behind)
    return argument?.value ?? (this.#options.keepUnset ? null : nothing)
  }

  #kept(text: string): Sourced {
    return fromBuilder(text)
  }

  #peek(): string {
    return this.#source.text[this.#pos] ?? ''
  }

  /** Text that only keeps what stands in the file does not grow. */
  #bound(out: SourcedBuilder): void {
    if (out.length > longest && !this.#options.keepUnset) throw new ExpansionTooLarge('the expanded text is too long')
  }

  get #ended(): boolean {
    return this.#pos >= this.#source.text.length
  }

  #addRaw(text: string): void {
    this.#word += text
    this.#inWord = true
  }

  /** Adds the character at `i` unless it is white space, which ends the word; gives its length in bytes. */
  #addWordChar(text: string, i: number): number {
    const space = spaceAt(text, i)
    if (space === 0) this.#addRaw(text[i] ?? '')
    else if (this.#inWord) this.#endWord()
    return space || 1
  }

  #endWord(): void {
    if (this.#word === '') return
    this.words.push(this.#word)
    this.#word = ''
    this.#inWord = false
  }
}

const longestName = 1_000
