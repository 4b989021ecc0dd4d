/** The targets of a bake file as they are built: variables, matrices and inheritance followed (https://docs.docker.com/build/bake/reference/). */
import { Refusal } from '../refusal.ts'
import { at, entriesAt, type Entry, itemsAt, largestTree, type Tree } from '../tree.ts'
import { evaluate, knownText, type Names } from './evaluation.ts'

/** The attributes of a target by name, those of its parents under its own. */
export type Target = { readonly name: string; readonly at: number; readonly attributes: ReadonlyMap<string, Tree>; readonly isOnlyParent: boolean }

type Own = { readonly name: string; readonly at: number; readonly tree: Tree }

/** Targets of one matrix that are read. */
const mostOfMatrix = 1_000

/**
 * The targets of `file`. A variable has its default: the environment may give it another value when bake runs, as with Compose.
 * A target is only a parent where others inherit from it and no group names it.
 */
export function targetsOf(file: Tree): readonly Target[] {
  const names = variablesOf(file)
  const budget = { left: largestTree }
  const own = entriesAt(file, 'target').flatMap((entry) => ofMatrix(entry, names, budget))
  const byName = new Map(own.map((target) => [target.name, target]))
  const parents = new Set(own.flatMap(parentsOf))
  const grouped = new Set(['default', ...entriesAt(file, 'group').flatMap(({ value }) => textsAt(evaluate(value, names), 'targets'))])
  const known = new Map<Own, ReadonlyMap<string, Tree>>()
  return own.map((target) => ({
    name: target.name,
    at: target.at,
    attributes: attributesOf(target, { byName, known, budget }, new Set()),
    isOnlyParent: parents.has(target.name) && !grouped.has(target.name),
  }))
}

/** Defaults of variables, and attributes outside of all blocks, which are variables too. */
function variablesOf(file: Tree): Names {
  const blocks = new Set(['target', 'group', 'variable', 'function'])
  const written = new Map<string, Tree | null>([
    ...entriesAt(file).flatMap(({ key, value }) => (blocks.has(key) ? [] : [[key, value] as const])),
    ...entriesAt(file, 'variable').map(({ key, value }) => [key, at(value, 'default')] as const),
  ])
  const known = new Map<string, Tree | null>()
  let depth = 0
  const names: Names = (name) => {
    if (name === 'target') return at(file, 'target')
    const done = known.get(name)
    if (done !== undefined) return done
    known.set(name, null)
    const value = written.get(name) ?? null
    depth++
    const evaluated = value === null || depth > deepestLineage ? null : evaluate(value, names)
    depth--
    known.set(name, evaluated)
    return evaluated
  }
  return names
}

/** A target, or those that its matrix makes of it. */
function ofMatrix({ key, keyAt, value }: Entry, names: Names, budget: Budget): readonly Own[] {
  const matrix = at(value, 'matrix')
  if (matrix === null) return [{ name: key, at: keyAt, tree: evaluate(value, names) }]
  let combinations: ReadonlyMap<string, Tree>[] = [new Map()]
  for (const axis of entriesAt(evaluate(matrix, names))) {
    const items = itemsAt(axis.value)
    if (items.length === 0 || combinations.length * items.length > mostOfMatrix) return [{ name: key, at: keyAt, tree: evaluate(value, names) }]
    combinations = combinations.flatMap((combination) => items.map((item) => new Map(combination).set(axis.key, item)))
  }
  spend(budget, combinations.length * sizeOf(value), keyAt)
  return combinations.map((combination) => {
    const tree = evaluate(value, (name) => combination.get(name) ?? names(name))
    return { name: knownText(at(tree, 'name'))?.text ?? key, at: keyAt, tree }
  })
}

const parentsOf = ({ tree }: Own): readonly string[] => textsAt(tree, 'inherits')

function textsAt(tree: Tree, key: string): readonly string[] {
  return itemsAt(tree, key).flatMap((item) => knownText(item)?.text ?? [])
}

type Lineage = { readonly byName: ReadonlyMap<string, Own>; readonly known: Map<Own, ReadonlyMap<string, Tree>>; readonly budget: Budget }

/** Maps are merged key by key, a null in them changes nothing; of all else the last one counts. */
function attributesOf(target: Own, lineage: Lineage, open: ReadonlySet<string>): ReadonlyMap<string, Tree> {
  const done = lineage.known.get(target)
  if (done !== undefined) return done
  const merged = new Map<string, Tree>()
  const add = (key: string, value: Tree): void => {
    if (value.kind === 'none') return
    if (value.kind !== 'map') return void merged.set(key, value)
    const entries = [...entriesAt(merged.get(key) ?? null), ...value.entries.filter((entry) => entry.value.kind !== 'none')]
    spend(lineage.budget, entries.length, target.at)
    merged.set(key, { ...value, entries: [...new Map(entries.map((entry) => [entry.key, entry])).values()] })
  }
  if (open.size > deepestLineage) spend(lineage.budget, Number.POSITIVE_INFINITY, target.at)
  for (const name of parentsOf(target)) {
    const parent = lineage.byName.get(name)
    if (parent !== undefined && !open.has(name)) for (const [key, value] of attributesOf(parent, lineage, new Set([...open, target.name]))) add(key, value)
  }
  for (const { key, value } of entriesAt(target.tree)) add(key, value)
  lineage.known.set(target, merged)
  return merged
}

type Budget = { left: number }

function spend(budget: Budget, count: number, at: number): void {
  budget.left -= count
  if (budget.left < 0) throw new Refusal('it has more values than any honest file, matrices and inheritance followed', at, 'too-large', 'build-context')
}

function sizeOf(tree: Tree): number {
  if (tree.kind === 'list') return tree.items.reduce((sum, item) => sum + sizeOf(item), 1)
  return tree.kind === 'map' ? tree.entries.reduce((sum, { value }) => sum + sizeOf(value), 1) : 1
}

/** Targets that inherit from each other, and variables that read each other. */
const deepestLineage = 50

/** The text of an attribute, or `otherwise` where it is not set; null where it is known only when bake runs. */
export function textOf(target: Target, key: string, otherwise: string): string | null {
  const value = target.attributes.get(key)
  return value === undefined ? otherwise : (knownText(value)?.text ?? null)
}
