/** Texts with variables to which several places of a file may give a value: matrices, parameters and those who pass them on. */
import type { Skip } from '../domain/repo/image-use.ts'
import { byteAt, part, type Sourced, SourcedBuilder, startIfUnbroken } from './sourced.ts'
import { isKnown, unknown } from './unknown.ts'
import type { Place, UseReader } from './use-reader.ts'

/** What a variable may hold; null for what is known only when it runs. None at all: the file says nothing of it. */
export type Choices = (name: string) => readonly (Sourced | null)[]

/** How variables are written: global and linear; the first group that matched is the name, none is text that cannot be known. */
export type Form = RegExp

/** `text` with its variables replaced where they hold one value and no other, else by `unknown`. */
export function expandKnown(text: Sourced, form: Form, choices: Choices): Sourced {
  const variables = variablesIn(text, form)
  if (variables.length === 0) return text
  const out = new SourcedBuilder()
  let done = 0
  for (const { name, start, end } of variables) {
    const values = distinct(choices(name))
    out.addAll(text, done, start)
    out.addAll((values.length === 1 ? values[0] : null) ?? unknown)
    done = end
  }
  out.addAll(text, done)
  return out.take()
}

/** Each text that `text` may come to: one, or, where all of it is one variable, those that this may hold. A null is one that cannot be known. */
export function choicesOf(text: Sourced, form: Form, choices: Choices): readonly (Sourced | null)[] {
  const whole = wholeVariable(text, form)
  if (whole !== null) return distinct(choices(whole))
  const expanded = expandKnown(text, form, choices)
  return [isKnown(expanded) ? expanded : null]
}

/**
 * Writes the image `written`. Where all of it is one variable with several values, each of them counts where it stands in the file;
 * in other texts a variable has to have one value. `because` says why none of it is to be moved.
 */
export function addChoice(uses: UseReader, written: Sourced, form: Form, choices: Choices, place: Place, because: Skip | null = null): void {
  if (written.text.trim() === '') return
  const variables = variablesIn(written, form)
  const found = choicesOf(written, form, choices)
  const values = found.filter((value) => value !== null)
  if (values.length === 0 || values.length < found.length) return uses.skip(written, place, unresolved(variables, choices))
  for (const value of values) {
    const isElsewhere = variables.length > 0 && values.length > 1 && startIfUnbroken(value) !== null
    const stands = isElsewhere ? value : written
    if (stands.text.trim() === '' || (isElsewhere && !isNew(uses, value, place))) continue
    if (startIfUnbroken(value) === null) uses.note({ value, what: 'what else reads the variable', takesTags: true })
    uses.add(stands, { value, unset: new Set() }, place, because)
  }
}

function unresolved(variables: readonly Variable[], choices: Choices): Skip {
  const open = variables.filter(({ name }) => distinct(choices(name)).length !== 1 || choices(name).includes(null))
  const names = [...new Set(open.map(({ text }) => text))].join(', ')
  const isMany = open.every(({ name }) => choices(name).length > 1 && !choices(name).includes(null))
  return { code: 'unresolved-variable', message: isMany ? `${names} has other values elsewhere` : `${names} has no value in this file` }
}

type Variable = { readonly name: string; readonly text: string; readonly start: number; readonly end: number }

function variablesIn({ text }: Sourced, form: Form): readonly Variable[] {
  return [...text.matchAll(form)].map((found) => ({
    name: found.slice(1).find((group) => group !== undefined) ?? '',
    text: found[0],
    start: found.index,
    end: found.index + found[0].length,
  }))
}

/** The one variable that all of `text` is. */
function wholeVariable(text: Sourced, form: Form): string | null {
  const [only] = variablesIn(text, form)
  return only !== undefined && only.text === text.text.trim() ? only.name : null
}

function distinct(values: readonly (Sourced | null)[]): readonly (Sourced | null)[] {
  if (values.length < 2) return values
  const places = values.length > mostValues ? values.slice(0, mostValues) : values
  const isSpread = new Set(places.map((value) => value?.text)).size > 1
  return [...new Map(places.map((value) => [isSpread ? `${value?.text} ${value?.at[0]}` : '', value])).values()]
}

/** Values of one variable that are looked at: no honest matrix has more. */
export const mostValues = 200

/** Of values that stand elsewhere, which each reader has; what names them again adds nothing. */
const seen = new WeakMap<UseReader, Set<string>>()

function isNew(uses: UseReader, value: Sourced, { role, platform }: Place): boolean {
  const known = seen.get(uses) ?? new Set()
  seen.set(uses, known)
  const key = `${byteAt(value, 0)} ${role} ${platform}`
  if (known.has(key)) return false
  known.add(key)
  return true
}

/** The text without blanks around it. */
export function withoutBlanks(text: Sourced): Sourced {
  const start = text.text.length - text.text.trimStart().length
  return part(text, start, Math.max(start, text.text.trimEnd().length))
}
