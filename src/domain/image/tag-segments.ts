/** Tags cut where they have seams: at `-` and `_`, but not within dates and times. */

export type Segment = {
  /** The separators before it. */
  readonly before: string
  readonly text: string
}

/** A date and time with dashes (`RELEASE.2024-10-13T13-34-11Z`) or an architecture with a seam in its name, else whatever stands between separators. */
const segmentForm = /([-_]*)((?:[A-Za-z]{1,20}\.)?(?:19|20)\d\d-\d\d-\d\d(?:T\d\d-\d\d(?:-\d\d)?Z?)?(?![0-9A-Za-z.])|x86[-_]64(?![0-9A-Za-z.])|[^-_]+|$)/gy

/** The segments in order; with their separators they are the whole text. */
export function segmentsOf(tag: string): readonly Segment[] {
  return [...tag.matchAll(segmentForm)].flatMap(([whole, before = '', text = '']) => (whole === '' ? [] : [{ before, text }]))
}

/** The day and time of day that a segment is, with what stands before it (`RELEASE.`) and behind (`.1`). */
export type DateForm = {
  readonly before: string
  /** Which way of writing it is: two dates are of one line when they are written alike, a respin (`.1`) aside. */
  readonly form: string
  /** Year, month and day as one number, time of day, then the numbers of a respin. */
  readonly numbers: readonly number[]
}

const dateForm = /^((?:[A-Za-z]{1,20}\.?)?)((?:19|20)\d\d)([-.]?)([01]\d)\3([0-3]\d)(T?)((?:\d{2}-?\d{2}(?:-?\d{2})?)?)(Z?)((?:\.\d{1,14}){0,4})$/

/** Reads a segment as a date; null where it is none. With dots between the parts (`2024.10.16`) only where `dotted` is asked for: it may be a version. */
export function dateOf(text: string, dotted: boolean): DateForm | null {
  const [, before, year, dash, month, day, t, time, zone, respin] = dateForm.exec(text) ?? []
  if (before === undefined || year === undefined || month === undefined || day === undefined || time === undefined || respin === undefined) return null
  if (dash === '.' ? !dotted || time !== '' : dash === '-' && time !== '' && t === '') return null
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return null
  const digits = time.replaceAll('-', '')
  const numbers = [Number(`${year}${month}${day}`), ...(digits === '' ? [] : [Number(digits.padEnd(6, '0'))]), ...respin.split('.').slice(1).map(Number)]
  return { before, form: `date${dash}${t}${time.replace(/\d/g, '0')}${zone}`, numbers }
}
