/** Substitutions of a build (https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values). */
import { type Choices, expandKnown } from '../choices.ts'
import type { Sourced } from '../sourced.ts'
import { entriesAt, type Tree } from '../tree.ts'
import { isKnown } from '../unknown.ts'
import { scalarText } from '../yaml-number.ts'

/** `$NAME`, `${NAME}`; what bash would do with more in the braces is known only when it runs. `$$` is no variable of the build. */
export const substitutionForm = /\$\{(_?[A-Z][A-Z0-9_]*)\}|\$(_?[A-Z][A-Z0-9_]*)|\$\{[^{}]*\}|\$\$/g

/** The defaults that stand in the file, which a trigger may give other values; those of one may name others. */
export function substitutionsOf(document: Tree): Choices {
  const written = new Map(entriesAt(document, 'substitutions').map(({ key, value }) => [key, scalarText(value)]))
  const known = new Map<string, Sourced | null>()
  const within =
    (depth: number): Choices =>
    (name) => {
      const text = written.get(name)
      if (text === undefined) return []
      const key = `${depth} ${name}`
      const value =
        known.has(key) || text === null || depth > deepest ? (known.get(key) ?? null) : bounded(expandKnown(text, substitutionForm, within(depth + 1)))
      known.set(key, value)
      return [value]
    }
  return within(0)
}

const deepest = 5
const longest = 4096

/** A value that is known, and no longer than honest ones. */
const bounded = (value: Sourced): Sourced | null => (isKnown(value) && value.text.length <= longest ? value : null)
