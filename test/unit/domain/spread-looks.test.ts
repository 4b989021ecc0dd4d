/** Looks that become due at once. */
import { expect, it } from 'vitest'
import { spreadLooks } from '../../../src/domain/spread-looks.ts'

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000)
const ids = Array.from({ length: 10_000 }, (_, index) => index + 1)

it('looks into 10,000 repos are due over half an hour, and those of a small installation at once', () => {
  const due = spreadLooks(ids, 7, at(0)).map(({ dueAt }) => dueAt.getTime())
  expect(new Set(due).size).toBe(400)
  expect(Math.max(...due)).toBe(at(399 * 5).getTime())
  expect(new Set(spreadLooks(ids.slice(0, 25), 7, at(0)).map(({ dueAt }) => dueAt.getTime()))).toEqual(new Set([at(0).getTime()]))
})

it('asked again for the rest, none is due later than before', () => {
  const before = new Map(spreadLooks(ids, 7, at(0)).map(({ key, dueAt }) => [key, dueAt]))
  const rest = ids.slice(120 * 25)
  for (const { key, dueAt } of spreadLooks(rest, 7, at(600))) expect(dueAt).toEqual(before.get(key))
})
