/** Ranges of versions as people write them: `>=3.11 <4`, `^1.2`, `~1.2`, `1.x`, `1.2 - 1.4`, `>=2,<3 || 5`. */
import { compareNumbers } from './tag-order.ts'

/** What a version must be: one of these, all conditions of which hold. */
export type Range = readonly (readonly Comparator[])[]

/** One condition on as many parts of the version as it names: `<=3.12` holds for 3.12.7, and `>3.12` begins with 3.13. */
export type Comparator = { readonly operator: '<' | '<=' | '>' | '>=' | '=' | '!='; readonly version: readonly number[] }

/** A range, or what is wrong with the text in words for its author. */
export type ParsedRange = { readonly kind: 'range'; readonly range: Range } | { readonly kind: 'invalid'; readonly problem: string }

const longest = 100
const most = 20
const operators = ['<=', '>=', '!=', '==', '=', '<', '>', '^', '~'] as const
const example = 'a range is something like ">=3.11 <4", "^1.2", "~1.2", "1.x" or "1.2 - 1.4"'

/**
 * Reads a range: conditions between spaces or commas, all of which must hold; alternatives between `||`. A condition is `<`, `<=`, `>`, `>=`, `=` or `!=`
 * before a version, a version alone (`3.12`, `3.12.x`: every 3.12), `^` (no change of the first part that is not zero), `~` (no change of the second
 * part) or two versions with ` - ` between. A version has at most six parts; `*` is every version. Total: any text gives a value.
 */
export function parseRange(text: string): ParsedRange {
  const invalid = (problem: string): ParsedRange => ({ kind: 'invalid', problem })
  if (text.length > longest) return invalid(`the range is longer than ${longest} characters`)
  if (text.trim() === '') return invalid(`the range is empty; ${example}`)
  // Two dots stand for the dash between two versions below.
  if (text.includes('..')) return invalid(`".." is in no version; ${example}`)
  const range: Comparator[][] = []
  for (const alternative of text.split('||')) {
    const spaced = alternative
      .trim()
      .replace(/ +- +/g, '..')
      .replace(/([<>=!^~]) +/g, '$1')
    const conditions = spaced.split(/[ ,]+/).filter((condition) => condition !== '')
    if (conditions.length === 0) return invalid(`there is nothing on one side of "||"; ${example}`)
    const comparators: Comparator[] = []
    for (const condition of conditions) {
      const read = comparatorsOf(condition)
      if (read === null) return invalid(`"${condition.replaceAll('..', ' - ')}" is no condition on a version; ${example}`)
      comparators.push(...read)
    }
    range.push(comparators)
  }
  return range.flat().length > most ? invalid(`the range has more than ${most} conditions`) : { kind: 'range', range }
}

/** Whether a version of any number of parts lies in the range; parts that it lacks count as zero. */
export function isInRange(range: Range, version: readonly number[]): boolean {
  return range.some((comparators) => comparators.every((comparator) => holds(comparator, version)))
}

function holds({ operator, version: bound }: Comparator, version: readonly number[]): boolean {
  const order = compareNumbers(
    bound.map((_, at) => version[at] ?? 0),
    bound,
  )
  if (operator === '=') return order === 0
  if (operator === '!=') return order !== 0
  if (operator.endsWith('=') && order === 0) return true
  return operator.startsWith('<') ? order < 0 : order > 0
}

/** The comparators that one condition stands for, or null where it is none. */
function comparatorsOf(condition: string): readonly Comparator[] | null {
  const [from, to, ...more] = condition.split('..')
  if (from === undefined || more.length > 0) return null
  if (to !== undefined) {
    const [lowest, highest] = [versionOf(from), versionOf(to)]
    return lowest === null || highest === null || lowest.length * highest.length === 0
      ? null
      : [
          { operator: '>=', version: lowest },
          { operator: '<=', version: highest },
        ]
  }
  const operator = operators.find((sign) => condition.startsWith(sign)) ?? ''
  const version = versionOf(condition.slice(operator.length))
  if (version === null) return null
  if (version.length === 0) return operator === '' ? [] : null
  if (operator === '^')
    return withinOf(
      version,
      version.findIndex((part) => part !== 0),
    )
  if (operator === '~') return withinOf(version, 1)
  return [{ operator: operator === '' || operator === '==' ? '=' : operator, version }]
}

/** From the version on, with all parts up to the one at `fixed` (-1: all) unchanged. */
function withinOf(version: readonly number[], fixed: number): readonly Comparator[] {
  return [
    { operator: '>=', version },
    { operator: '=', version: fixed < 0 ? version : version.slice(0, fixed + 1) },
  ]
}

/** The numbers of `v1.2.x`; empty for `*`; null where it is no version. */
function versionOf(text: string): readonly number[] | null {
  const [, numbers = ''] = /^v?(\d{1,14}(?:\.\d{1,14}){0,5})(?:\.[xX*]){0,2}$/.exec(text) ?? []
  if (numbers !== '') return numbers.split('.').map(Number)
  return /^[xX*]$/.test(text) ? [] : null
}
