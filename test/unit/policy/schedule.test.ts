/** Windows of a schedule: when they open, how long they last, and that clocks which change change nothing. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UpdateSchedule } from '../../../src/domain/repo/policy.ts'
import { formatWindow, slotsAround, windowAt, windowMsOf } from '../../../src/policy/schedule.ts'

const hour = 3_600_000
const schedule = (cron: string, timezone: string, windowMs: number): UpdateSchedule => ({ cron, timezone, windowMs })

describe('the length of a window', () => {
  test.each([
    ['15m', 900_000],
    ['90m', 5_400_000],
    ['4h', 4 * hour],
    ['7d', 7 * 24 * hour],
    ['168h', 7 * 24 * hour],
    ['14m', null],
    ['8d', null],
    ['0h', null],
    ['1.5h', null],
    ['4', null],
    ['4H', null],
    ['PT4H', null],
  ])('%s', (written, ms) => {
    expect(windowMsOf(written)).toBe(ms)
  })

  test('what is printed is read as the same', () => {
    fc.assert(fc.property(fc.integer({ min: 15, max: 7 * 24 * 60 }), (minutes) => windowMsOf(formatWindow(minutes * 60_000)) === minutes * 60_000))
  })
})

test('a window is open from its first moment until its last, and says when it closes or the next opens', () => {
  const weekly = schedule('0 3 * * 1', 'Europe/Berlin', 4 * hour)
  const at = (time: string) => windowAt(weekly, 1, new Date(time))

  expect(at('2026-11-23T01:59:59Z')).toEqual({ kind: 'closed', opens: new Date('2026-11-23T02:00:00Z') })
  expect(at('2026-11-23T02:00:00Z')).toEqual({ kind: 'open', closes: new Date('2026-11-23T06:00:00Z') })
  expect(at('2026-11-23T05:59:59Z')).toEqual({ kind: 'open', closes: new Date('2026-11-23T06:00:00Z') })
  expect(at('2026-11-23T06:00:00Z')).toEqual({ kind: 'closed', opens: new Date('2026-11-30T02:00:00Z') })
})

test('a window that is as long as what is between two is always open', () => {
  const always = schedule('30 3 * * *', 'UTC', 24 * hour)

  expect(windowAt(always, 1, new Date('2026-11-23T03:29:59Z')).kind).toBe('open')
  expect(windowAt(always, 1, new Date('2026-11-23T03:30:00Z'))).toEqual({ kind: 'open', closes: new Date('2026-11-24T03:30:00Z') })
})

test('it opens at the same time on the wall in summer and in winter, and lasts as long on the night between', () => {
  const daily = schedule('0 1 * * *', 'America/New_York', 3 * hour)

  expect(windowAt(daily, 1, new Date('2026-07-01T05:00:00Z')).kind).toBe('open')
  expect(windowAt(daily, 1, new Date('2026-12-01T05:59:59Z')).kind).toBe('closed')
  // Clocks go back at 02:00: from the first 01:00 (05:00Z) three hours are over at 03:00 on the wall.
  expect(windowAt(daily, 1, new Date('2026-11-01T07:59:59Z'))).toEqual({ kind: 'open', closes: new Date('2026-11-01T08:00:00Z') })
  expect(windowAt(daily, 1, new Date('2026-11-01T08:00:00Z'))).toEqual({ kind: 'closed', opens: new Date('2026-11-02T06:00:00Z') })
})

test('repos open at different minutes, and each at its own', () => {
  const minuteOf = (repoId: number) => slotsAround({ cron: 'H 3 * * *', timezone: 'UTC' }, repoId, new Date('2026-11-23T12:00:00Z')).last?.getUTCMinutes()
  const minutes = Array.from({ length: 100 }, (_, repoId) => minuteOf(repoId))

  expect(new Set(minutes).size).toBeGreaterThan(30)
  expect(minutes).toEqual(Array.from({ length: 100 }, (_, repoId) => minuteOf(repoId)))
})

test('at any time it is open until later, or opens later', () => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu')
  const pattern = fc.constantFrom('H 3 * * *', '30 2 * * *', 'H 3 * * 1', 'H 3 1 * *', '0 0 29 2 *')
  const at = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) })
  fc.assert(
    fc.property(pattern, zone, fc.integer({ min: 15, max: 10_080 }), at, fc.integer({ min: 1, max: 1_000_000 }), (cron, timezone, minutes, time, repoId) => {
      const one = schedule(cron, timezone, minutes * 60_000)
      const window = windowAt(one, repoId, new Date(time))
      if (window.kind === 'open') {
        expect(window.closes.getTime()).toBeGreaterThan(time)
        expect(window.closes.getTime() - time).toBeLessThanOrEqual(minutes * 60_000)
      } else {
        expect(window.opens?.getTime()).toBeGreaterThan(time)
        expect(windowAt(one, repoId, window.opens!).kind).toBe('open')
      }
    }),
    { numRuns: 200 },
  )
})
