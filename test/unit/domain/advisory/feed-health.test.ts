/** When what a publisher gives out may take the place of the last good one. */
import { describe, expect, it } from 'vitest'
import { type LastGood, type PartCount, refusal } from '../../../../src/domain/advisory/feed-health.ts'

const last: LastGood = { items: 1_000, newest: '2026-11-20T10:00:00Z' }
const fine: PartCount = { items: 1_000, read: 1_000, problems: 0, newest: '2026-11-21T10:00:00Z' }
const replaced = (change: Partial<PartCount>, before: LastGood | null = last) => refusal('replace', before, { ...fine, ...change })
const patched = (change: Partial<PartCount>) => refusal('patch', last, { ...fine, read: 0, ...change })

describe('a whole part', () => {
  it('passes when it grew, stayed or lost less than a fifth', () => {
    expect([replaced({}), replaced({ items: 2_000 }), replaced({ items: 801 })]).toEqual([null, null, null])
  })

  it('is refused when it lost a fifth', () => {
    expect(replaced({ items: 800 })).toBe('it has shrunk from 1000 to 800 items')
  })

  it('may lose a record when it has a handful', () => {
    expect(replaced({ items: 3 }, { items: 4, newest: null })).toBeNull()
  })

  it('is refused when it is empty, be it the first', () => {
    expect([replaced({ items: 0, read: 0 }), replaced({ items: 0, read: 0 }, null)]).toEqual(['it is empty', 'it is empty'])
    expect(replaced({ items: 0, read: 0, problems: 7 }, null)).toBe('none of its 7 records can be read')
  })

  it('is refused when it is older, not when it is the same or tells no date', () => {
    expect(replaced({ newest: '2026-11-20T09:59:59Z' })).toBe('it is older (2026-11-20T09:59:59Z) than what we have (2026-11-20T10:00:00Z)')
    expect([replaced({ newest: last.newest }), replaced({ newest: '2026-11-20T11:00:00+01:00' }), replaced({ newest: null })]).toEqual([null, null, null])
    expect(replaced({}, { items: 1_000, newest: null })).toBeNull()
  })

  it('is refused when more than one record in twenty is unreadable', () => {
    expect(replaced({ read: 950, problems: 50 })).toBeNull()
    expect(replaced({ read: 949, problems: 51 })).toBe('51 of 1000 records cannot be read')
    expect(replaced({ read: 3, items: 3, problems: 2 }, null)).toBeNull()
  })
})

describe('an increment', () => {
  it('may be empty and small', () => {
    expect([patched({}), patched({ read: 3, items: 999 })]).toEqual([null, null])
  })

  it('is refused when it would remove a fifth of the part, or goes back in time', () => {
    expect(patched({ read: 200, items: 800 })).toBe('it has shrunk from 1000 to 800 items')
    expect(patched({ newest: '2026-11-19T00:00:00Z' })).toMatch(/^it is older/)
  })
})
