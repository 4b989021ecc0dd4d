/** GraphQL answers: HTTP 200 says nothing, each field is judged alone (https://docs.github.com/graphql/guides/using-graphql-clients). */
import { z } from 'zod'
import type { Fault } from '../../domain/fault.ts'
import { type Attempt, faultOfForm, faultOfGraphql, faultOfSilence } from './faults.ts'
import { type Answer, check } from './transport.ts'

const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        type: z.string().nullish(),
        path: z.array(z.union([z.string(), z.number()])).nullish(),
        message: z.string(),
      }),
    )
    .nullish(),
})

/** What came back, with a way to judge the root fields one by one. */
export type GraphqlAnswer = {
  readonly data: Readonly<Record<string, unknown>>
  /** The rate limit that stopped part of a mutation, or null. */
  readonly limit: Fault | null
  /** The fault of the first error at or below the root field, or null. */
  faultOf(field: string, at?: readonly (string | number)[]): Fault | null
}

/** Raises the fault of the whole document: no data at all, an error that belongs to no field, a rate limit anywhere. */
export function readGraphql(attempt: Attempt, { headers, data: body }: Answer, asOf: Date): GraphqlAnswer {
  const { data, errors: given } = check(attempt, envelope, body)
  const errors = (given ?? []).map(({ type, path, message }) => ({ type: type ?? null, path: path ?? [], message }))
  const faults = errors.map((error) => ({ error, fault: faultOfGraphql(attempt, error, headers, asOf) }))
  const limit = faults.find(({ fault }) => fault.kind === 'rate-limited')
  // A limit that stopped a later field leaves the outcome of the earlier ones to be judged.
  const isPartial = attempt.isWrite && Object.values(data ?? {}).some((value) => value !== null)
  if (limit !== undefined && !isPartial) throw limit.fault
  const whole = faults.find(({ error }) => error.path.length === 0)
  if ((data === null || data === undefined || whole !== undefined) && !isPartial) throw (whole ?? faults[0])?.fault ?? faultOfForm(attempt, true)
  return {
    data: data ?? {},
    limit: limit?.fault ?? null,
    faultOf(field, at = []) {
      const wanted = [field, ...at]
      return faults.find(({ error }) => wanted.every((name, index) => error.path[index] === name))?.fault ?? null
    },
  }
}

/** A root field of a mutation: what it gave, or its fault. Raises `transient` when GitHub says neither. */
export function outcome(attempt: Attempt, answer: GraphqlAnswer, field: string): { readonly value: unknown } | { readonly fault: Fault } {
  const value = answer.data[field]
  if (value !== null && value !== undefined) return { value }
  return { fault: answer.faultOf(field) ?? faultOfSilence(attempt, `GitHub did not say what became of ${field}`) }
}

/** A field that is null without an error, or because the thing is not there or not for us, is gone; raises the fault that any other error is. */
export function raiseUnlessGone(answer: GraphqlAnswer, field: string, ...at: readonly (string | number)[]): void {
  const found = answer.faultOf(field, at)
  if (found !== null && found.kind !== 'missing' && found.kind !== 'unauthorized') throw found
}
