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
  /** The errors at or below a path, as faults. */
  faultsBelow(place: readonly (string | number)[]): readonly { readonly path: readonly (string | number)[]; readonly fault: Fault }[]
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
    faultsBelow: (place) =>
      faults.filter(({ error }) => place.every((name, index) => error.path[index] === name)).map(({ error, fault }) => ({ path: error.path, fault })),
  }
}

/** A root field of a mutation: what it gave, or its fault. Raises `transient` when GitHub says neither. */
export function outcome(attempt: Attempt, answer: GraphqlAnswer, field: string): { readonly value: unknown } | { readonly fault: Fault } {
  const value = answer.data[field]
  if (value !== null && value !== undefined) return { value }
  return { fault: answer.faultsBelow([field])[0]?.fault ?? faultOfSilence(attempt, `GitHub did not say what became of ${field}`) }
}

/**
 * What is null without an error, or because it is not there or (the thing asked for itself) not for us, is gone. Raises the fault of any other error
 * at or below `place`, so that a half answer is never taken for an absence. Errors at a path with a name in `softly` raise only when they may pass.
 */
export function raiseUnlessGone(answer: GraphqlAnswer, place: readonly (string | number)[], softly: readonly string[] = []): void {
  for (const { path, fault } of answer.faultsBelow(place)) {
    const isItself = path.length === place.length
    const isSoft = path.some((name) => softly.includes(String(name))) && fault.kind !== 'transient' && fault.kind !== 'rate-limited'
    if (fault.kind !== 'missing' && !(isItself && fault.kind === 'unauthorized') && !isSoft) throw fault
  }
}
