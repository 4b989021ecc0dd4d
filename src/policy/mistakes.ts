/** Mistakes: what zod found wrong with a policy file, as problems with their places and with what to do about them. */
import { z } from 'zod'
import { closest } from '../lib/closest.ts'
import { policyFileSchema } from './schema.ts'
import type { Problem, YamlTree } from './yaml-tree.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

/** The problems behind one issue. Where a value has several forms (`rebuild` is a word or an object), they are those of the form that was written. */
export function mistakesOf(issue: Issue, tree: YamlTree, above: Path = []): readonly Problem[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union') {
    const isOtherForm = (inner: Issue) => inner.path.length === 0 && inner.code === 'invalid_type'
    const form = issue.errors.find((issues) => !issues.some(isOtherForm)) ?? issue.errors[0]?.slice(0, 1)
    if (form !== undefined && form.length > 0) return form.flatMap((inner) => mistakesOf(inner, tree, path))
  }
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(tree, [...path, key], fieldsAt(path)))
  const message = `${issue.message}${suggestion(issue, path, valueAt(tree.value, path))}`
  return [{ at: tree.placeOf(path), path: dotted(path), message }]
}

function unknownField(tree: YamlTree, path: Path, known: readonly string[]): Problem {
  const near = closest(String(path.at(-1)), known)
  const advice = near === null ? `; the fields here are ${known.join(', ')}` : `; did you mean "${near}"?`
  return { at: tree.fieldAt(path), path: dotted(path), message: `unknown field${advice}` }
}

function dotted(path: Path): string {
  return path.map(String).join('.')
}

/** What is one of some words is easily misspelt. */
function suggestion(issue: Issue, path: Path, value: unknown): string {
  if (issue.code !== 'custom' || typeof value !== 'string' || !/^[A-Za-z_/.-]+$/.test(value)) return ''
  const near = closest(value, path.at(-1) === 'timezone' ? Intl.supportedValuesOf('timeZone') : schemasAt(policyFileSchema, path).flatMap(wordsOf))
  return near === null ? '' : `; did you mean "${near}"?`
}

function wordsOf(schema: z.core.$ZodType): readonly string[] {
  const { examples } = z.globalRegistry.get(schema) ?? {}
  return Array.isArray(examples) ? examples.filter((word) => typeof word === 'string') : []
}

/** The fields that may stand at `path`. */
function fieldsAt(path: Path): readonly string[] {
  return schemasAt(policyFileSchema, path).flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []))
}

/** What may stand at `path` below `schema`, in each of its forms. */
function schemasAt(schema: z.core.$ZodType, path: Path): readonly z.core.$ZodType[] {
  const [step, ...rest] = path
  const here = step === undefined ? [schema] : []
  if (schema instanceof z.ZodOptional) return [...here, ...schemasAt(schema.unwrap(), path)]
  if (schema instanceof z.ZodUnion) return [...here, ...schema.options.flatMap((option) => schemasAt(option, path))]
  if (step === undefined) return here
  if (schema instanceof z.ZodArray) return schemasAt(schema.element, rest)
  const field = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, step) ? (schema.shape[String(step)] as z.core.$ZodType) : null
  return field === null ? [] : schemasAt(field, rest)
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined), value)
}
