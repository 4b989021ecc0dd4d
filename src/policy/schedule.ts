/** Schedules: five-field cron patterns in a timezone, with one minute per repo where the pattern leaves it open. */
import { Cron } from 'croner'
import type { UpdateSchedule } from '../domain/repo/policy.ts'
import { sha256Hex } from '../lib/hash.ts'

/**
 * The words for a schedule and the patterns they stand for. At night in most of the world, and never at the full hour: a minute of `H` is
 * one of sixty, picked by repo, so that the repos of an organisation do not start their builds in the same second.
 */
export const scheduleWords: Readonly<Record<string, string>> = { daily: 'H 3 * * *', weekly: 'H 3 * * 1', monthly: 'H 3 1 * *' }

const longestPattern = 100

/** What is wrong with a cron pattern, in words for its author, or null; `words` are those that may stand in its place. Once an hour at most: the minute is one number or `H`. */
export function patternProblem(pattern: string, words: string): string | null {
  const fields = pattern.trim().split(/\s+/)
  if (pattern.length > longestPattern || fields.length !== 5) return `write ${words}, or a cron pattern of five fields (minute hour day month weekday)`
  if (!/^(?:H|[0-9]{1,2})$/.test(fields[0] ?? '')) return 'the minute must be one number, or H for a minute that Underpin picks: once an hour is the most'
  try {
    return cron(pattern, 'UTC', 0).nextRun(new Date(0)) === null ? 'this cron pattern never comes' : null
  } catch {
    return 'this is not a cron pattern; five fields are needed (minute hour day month weekday), for example "30 4 * * 1"'
  }
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The length of a window written as `90m`, `4h` or `2d`, ms; null unless it is one from 15 minutes to 7 days. */
export function windowMsOf(written: string): number | null {
  const [, count, unit = ''] = /^([1-9][0-9]{0,4})([mhd])$/.exec(written) ?? []
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN)
  return ms >= 15 * 60_000 && ms <= 7 * 86_400_000 ? ms : null
}

/** The inverse of `windowMsOf`, in the largest unit that fits. */
export function formatWindow(windowMs: number): string {
  const unit = ['d', 'h'].find((one) => windowMs % (unitMs[one] ?? 1) === 0) ?? 'm'
  return `${windowMs / (unitMs[unit] ?? 1)}${unit}`
}

/** Whether `name` is an IANA timezone that this Node knows. */
export function isTimezone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The newest time at or before `asOf` that the schedule names, and the first one after it; null where there is none. */
export function slotsAround(
  schedule: { readonly cron: string; readonly timezone: string },
  repoId: number,
  asOf: Date,
): { readonly last: Date | null; readonly next: Date | null } {
  const job = cron(schedule.cron, schedule.timezone, repoId)
  // `previousRuns` leaves its reference out, and a slot that is exactly now counts as come.
  return { last: job.previousRuns(1, new Date(asOf.getTime() + 1))[0] ?? null, next: job.nextRun(asOf) }
}

/** Whether pull requests may be opened at `asOf`, and when that ends or begins; `opens` is null where no later time is known. A window lasts as long on nights when clocks change. */
export function windowAt(
  schedule: UpdateSchedule,
  repoId: number,
  asOf: Date,
): { readonly kind: 'open'; readonly closes: Date } | { readonly kind: 'closed'; readonly opens: Date | null } {
  const { last, next } = slotsAround(schedule, repoId, asOf)
  const closes = last === null ? null : new Date(last.getTime() + schedule.windowMs)
  return closes !== null && closes > asOf ? { kind: 'open', closes } : { kind: 'closed', opens: next }
}

function cron(pattern: string, timezone: string, repoId: number): Cron {
  const pick = Number.parseInt(sha256Hex(`minute ${repoId}`).slice(0, 8), 16) % 60
  return new Cron(pattern.trim().replace(/^H(?=\s)/, String(pick)), { timezone, paused: true })
}
