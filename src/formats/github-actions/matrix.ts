/** The matrix of a job: the values that its runs have, where they stand in the file (https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations). */
import { at, entriesAt, itemsAt, stringAt, type Tree } from '../tree.ts'

/** The values of one run of a job, by name. */
export type Combination = ReadonlyMap<string, Tree>

/** GitHub runs no more jobs of one matrix. */
const most = 256

const known = new WeakMap<Tree, readonly Combination[]>()

/** The runs of a job: one without values where it has no matrix, none where the matrix is known only when it runs. */
export function combinations(job: Tree): readonly Combination[] {
  const runs = known.get(job) ?? found(job)
  known.set(job, runs)
  return runs
}

function found(job: Tree): readonly Combination[] {
  const matrix = at(job, 'strategy', 'matrix')
  if (matrix === null || matrix.kind === 'none') return [new Map()]
  const axes = entriesAt(matrix).filter(({ key }) => key !== 'include' && key !== 'exclude')
  const listed = ['include', 'exclude'].map((key) => at(matrix, key))
  if (matrix.kind !== 'map' || [...axes.map(({ value }) => value), ...listed].some((value) => value !== null && value.kind !== 'list')) return []
  let combined: Map<string, Tree>[] = axes.length === 0 ? [] : [new Map()]
  for (const { key, value } of axes) {
    const items = itemsAt(value)
    if (combined.length * items.length > most) return []
    combined = combined.flatMap((combination) => items.map((item) => new Map(combination).set(key, item)))
  }
  combined = combined.filter(
    (combination) => !itemsAt(matrix, 'exclude').some((excluded) => entriesAt(excluded).every(({ key, value }) => isEqual(combination.get(key), value))),
  )
  return included(combined, itemsAt(matrix, 'include'), new Set(axes.map(({ key }) => key))).slice(0, most)
}

/** An entry of `include` adds its values to each run whose own it does not change, and is a run of its own where it fits none. */
function included(found: readonly Map<string, Tree>[], includes: readonly Tree[], axes: ReadonlySet<string>): readonly Combination[] {
  const added: Combination[] = []
  for (const include of includes) {
    const entries = entriesAt(include)
    const fitting = found.filter((combination) => entries.every(({ key, value }) => !axes.has(key) || isEqual(combination.get(key), value)))
    for (const combination of fitting) for (const { key, value } of entries) combination.set(key, value)
    if (fitting.length === 0) added.push(new Map(entries.map(({ key, value }) => [key, value])))
  }
  return [...found, ...added]
}

function isEqual(a: Tree | undefined, b: Tree): boolean {
  if (a === undefined || a.kind !== b.kind) return false
  if (a.kind === 'text' && b.kind === 'text') return a.text.text === b.text.text
  if (b.kind === 'map') return entriesAt(b).every(({ key, value }) => isEqual(at(a, key) ?? undefined, value))
  return a.kind === 'none'
}

/** What `matrix.<path>` is in a run, or null where it has no such value. */
export function valueIn(combination: Combination, path: string): Tree | null {
  const [name = '', ...rest] = path.split('.')
  return at(combination.get(name) ?? null, ...rest)
}

/** Why an image in the matrix cannot be given a digest without changing more than the image, or null where it can. */
export function otherReaderOf(job: Tree, path: string): string | null {
  if (stringAt(job, 'name') === '') return 'it is part of the name of the job, and of the check that the job reports'
  if (at(job, 'strategy', 'matrix', 'exclude') !== null) return 'the matrix excludes some values by their text'
  const rest = entriesAt(job).filter(({ key }) => key !== 'container' && key !== 'services' && key !== 'strategy')
  const reads = new RegExp(`matrix\\.${path.replaceAll('.', '\\.')}(?![\\w-])|[(\\s,]matrix\\s*[),}]|matrix\\[`, 'i')
  return rest.some(({ value }) => someText(value, (text) => reads.test(text))) ? 'other parts of the job read it as well' : null
}

function someText(tree: Tree, matches: (text: string) => boolean): boolean {
  if (tree.kind === 'text') return matches(tree.text.text)
  if (tree.kind === 'list') return tree.items.some((item) => someText(item, matches))
  return tree.kind === 'map' && tree.entries.some(({ value }) => someText(value, matches))
}
