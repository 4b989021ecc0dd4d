/** Uses of which another file takes away the say: what stands here is not what gets built. */
import type { Place, UseReader } from '../use-reader.ts'
import type { Sourced } from '../sourced.ts'
import type { Way } from './ways.ts'

const mostReasons = 3

/** Collects them over all ways of building a file, so that each place is told once with all its reasons. */
export class GivenElsewhere {
  readonly #reader: UseReader
  readonly #noted = new Map<string, { readonly written: Sourced; readonly place: Place; readonly reasons: Set<string> }>()

  constructor(reader: UseReader) {
    this.#reader = reader
  }

  /** A reason why `written` is not what gets built, as `openArgument` and `context` word it. */
  note(written: Sourced, place: Place, reason: string): void {
    const key = `${written.at[0]} ${place.role} ${place.stage}`
    const known = this.#noted.get(key) ?? { written, place, reasons: new Set<string>() }
    this.#noted.set(key, known)
    known.reasons.add(reason)
  }

  openArgument({ givers }: Way, name: string): string {
    return `${givers.get(name)} gives ${shown(name)} a value that is known only when it runs`
  }

  context(giver: string, name: string): string {
    return `${giver} gives a context in place of ${shown(name)}`
  }

  /** Writes what was noted to the reader. */
  report(): void {
    for (const { written, place, reasons } of this.#noted.values()) {
      const told = [...reasons].slice(0, mostReasons).join('; ')
      const more = reasons.size > mostReasons ? `; and so do ${reasons.size - mostReasons} more builds` : ''
      this.#reader.skip(written, place, { code: 'argument-given-elsewhere', message: `${told}${more}: the default in this file is not what gets built` })
    }
  }
}

/** Names come from files, a character for each byte. */
const shown = (name: string): string => Buffer.from(name.slice(0, 100), 'latin1').toString('utf8')
