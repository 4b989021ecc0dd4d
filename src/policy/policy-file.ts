/** The policy file: `.github/underpin.yml` as a `Policy`, or each mistake with its place and what to do about it. */
import type { PolicyProblem, PolicySurroundings, ReadPolicy } from '../domain/repo/policy.ts'
import { mergedFile, policyOf } from './layers.ts'
import { mistakesOf } from './mistakes.ts'
import { policyFileSchema } from './schema.ts'
import { type Layer, valuesOf } from './values.ts'
import { readYaml } from './yaml-tree.ts'

/** Nobody mends more at once, and each is stored and shown. */
const mostProblems = 20

/**
 * Reads a policy file; what it leaves out is filled in from the file that it extends, then from `defaultPolicy`, and an empty file is the default. Asked
 * again with that other file where the answer is `extends`. Never raises. YAML can kill or stall a process in ways that no bound here excludes for sure,
 * so strangers' files are read in a child process.
 */
export function readPolicy(bytes: Uint8Array, { owner, base }: PolicySurroundings = {}): ReadPolicy {
  const own = readLayer(bytes, null)
  const below = base === undefined || base.bytes === null ? null : readBase(base.bytes, base.name)
  if (own.kind === 'broken') return broken([...own.problems, ...(below?.kind === 'broken' ? below.problems : [])])
  const { file, tree } = own.layer
  if (file.extends === undefined) return inForce([own.layer])
  const at = tree.placeOf(['extends']) ?? { line: 1, column: 1 }
  const wrong = (message: string) => broken([{ file: null, at, path: 'extends', message }])
  const named = file.extends.includes('/') ? (file.extends.split('/')[0] ?? null) : null
  if (named !== null && owner !== undefined && named.toLowerCase() !== owner.toLowerCase())
    return wrong(`only ${owner}/.github can be extended here; write .github`)
  if (base === undefined) return { kind: 'extends', owner: named, at }
  if (below === null) return wrong(`${base.name} is not there, or Underpin may not read it; add it, or remove this line`)
  return below.kind === 'broken' ? broken(below.problems) : inForce([own.layer, below.layer])
}

type ReadLayer = { readonly kind: 'layer'; readonly layer: Layer } | { readonly kind: 'broken'; readonly problems: readonly PolicyProblem[] }

/** One deep: what is extended extends nothing. */
function readBase(bytes: Uint8Array, name: string): ReadLayer {
  const read = readLayer(bytes, name)
  if (read.kind === 'broken' || read.layer.file.extends === undefined) return read
  const at = read.layer.tree.placeOf(['extends'])
  return { kind: 'broken', problems: [{ file: name, at, path: 'extends', message: 'a policy that is extended cannot extend another; remove this line' }] }
}

function readLayer(bytes: Uint8Array, name: string | null): ReadLayer {
  const named = (problems: readonly Omit<PolicyProblem, 'file'>[]) => problems.map((problem) => ({ file: name, ...problem }))
  const read = readYaml(bytes)
  if (read.kind === 'broken') return { kind: 'broken', problems: named(read.problems) }
  const parsed = policyFileSchema.safeParse(read.tree.value ?? {})
  if (parsed.success && read.problems.length === 0) return { kind: 'layer', layer: { file: parsed.data, tree: read.tree, name } }
  const mistakes = parsed.error?.issues.flatMap((issue) => mistakesOf(issue, read.tree)) ?? []
  return { kind: 'broken', problems: named([...read.problems, ...mistakes].sort(byPlace)) }
}

function inForce(layers: readonly [Layer, ...Layer[]]): ReadPolicy {
  const policy = policyOf(mergedFile(layers.map(({ file }) => file)))
  return { kind: 'policy', policy, values: valuesOf(policy, layers) }
}

function broken(problems: readonly PolicyProblem[]): ReadPolicy {
  const more = problems.length - mostProblems
  const rest = more > 0 ? [{ file: problems[0]?.file ?? null, at: null, path: '', message: `and ${more} more mistakes` }] : []
  return { kind: 'broken', problems: [...problems.slice(0, mostProblems), ...rest] }
}

function byPlace({ at: a }: Pick<PolicyProblem, 'at'>, { at: b }: Pick<PolicyProblem, 'at'>): number {
  return (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0)
}
