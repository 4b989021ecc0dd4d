/** The targets of a bake file as they are built: variables, matrices and inheritance followed (https://docs.docker.com/build/bake/reference/). */
import { at, entriesAt, type Entry, itemsAt, type Tree } from '../tree.ts'
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
  const own = entriesAt(file, 'target').flatMap((entry) => ofMatrix(entry, names))
  const byName = new Map(own.map((target) => [target.name, target]))
  const parents = new Set(own.flatMap(parentsOf))
  const grouped = new Set(['default', ...entriesAt(file, 'group').flatMap(({ value }) => textsAt(evaluate(value, names), 'targets'))])
  return own.map((target) => ({
    name: target.name,
    at: target.at,
    attributes: attributesOf(target, byName, new Set()),
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
  const names: Names = (name) => {
    if (name === 'target') return at(file, 'target')
    const done = known.get(name)
    if (done !== undefined) return done
    known.set(name, null)
    const value = written.get(name) ?? null
    const evaluated = value === null ? null : evaluate(value, names)
    known.set(name, evaluated)
    return evaluated
  }
  return names
}

/** A target, or those that its matrix makes of it. */
function ofMatrix({ key, keyAt, value }: Entry, names: Names): readonly Own[] {
  const matrix = at(value, 'matrix')
  if (matrix === null) return [{ name: key, at: keyAt, tree: evaluate(value, names) }]
  let combinations: ReadonlyMap<string, Tree>[] = [new Map()]
  for (const axis of entriesAt(evaluate(matrix, names))) {
    const items = itemsAt(axis.value)
    if (items.length === 0 || combinations.length * items.length > mostOfMatrix) return [{ name: key, at: keyAt, tree: evaluate(value, names) }]
    combinations = combinations.flatMap((combination) => items.map((item) => new Map(combination).set(axis.key, item)))
  }
  return combinations.map((combination) => {
    const tree = evaluate(value, (name) => combination.get(name) ?? names(name))
    return { name: knownText(at(tree, 'name'))?.text ?? key, at: keyAt, tree }
  })
}

const parentsOf = ({ tree }: Own): readonly string[] => textsAt(tree, 'inherits')

function textsAt(tree: Tree, key: string): readonly string[] {
  return itemsAt(tree, key).flatMap((item) => knownText(item)?.text ?? [])
}

/** Maps are merged key by key, a null in them changes nothing; of all else the last one counts. */
function attributesOf(target: Own, byName: ReadonlyMap<string, Own>, open: ReadonlySet<string>): ReadonlyMap<string, Tree> {
  const merged = new Map<string, Tree>()
  const add = (key: string, value: Tree): void => {
    const known = merged.get(key)
    if (value.kind === 'none') return
    if (value.kind !== 'map') merged.set(key, value)
    else {
      const entries = [...entriesAt(known ?? null), ...value.entries.filter((entry) => entry.value.kind !== 'none')]
      merged.set(key, { ...value, entries: [...new Map(entries.map((entry) => [entry.key, entry])).values()] })
    }
  }
  if (open.size < deepestLineage)
    for (const name of parentsOf(target)) {
      const parent = byName.get(name)
      if (parent !== undefined && !open.has(name)) for (const [key, value] of attributesOf(parent, byName, new Set([...open, target.name]))) add(key, value)
    }
  for (const { key, value } of entriesAt(target.tree)) add(key, value)
  return merged
}

const deepestLineage = 10

/** The text of an attribute, or `otherwise` where it is not set; null where it is known only when bake runs. */
export function textOf(target: Target, key: string, otherwise: string): string | null {
  const value = target.attributes.get(key)
  return value === undefined ? otherwise : (knownText(value)?.text ?? null)
}
