/** Tags cut where they have seams: at `-` and `_`, but not within dates and times. */

export type Segment = {
  /** The separators before it. */
  readonly before: string
  readonly text: string
}

/** A date and time with dashes (`RELEASE.2024-10-13T13-34-11Z`) or an architecture with a seam in its name, else whatever stands between separators. */
const segmentForm = /([-_]*)((?:[A-Za-z]{1,20}\.)?(?:19|20)\d\d-\d\d-\d\d(?:T\d\d-\d\d(?:-\d\d)?Z?)?(?![0-9A-Za-z])[^-_]*|x86[-_]64(?![0-9A-Za-z.])|[^-_]+|$)/gy

/** The segments in order; with their separators they are the whole text. */
export function segmentsOf(tag: string): readonly Segment[] {
  return [...tag.matchAll(segmentForm)].flatMap(([whole, before = '', text = '']) => (whole === '' ? [] : [{ before, text }]))
}

/** The day and time of day that a segment tells. */
export type DateForm = {
  /** What stands before it in the segment: `RELEASE.`. */
  readonly lead: string
  /** How it is written: two dates are of one line when they are written alike, but for a respin. */
  readonly form: string
  /** Year, month and day as one number, the time of day as another, then the numbers of a respin (`.1`). */
  readonly numbers: readonly number[]
  /** What stands behind it in the segment: `.fips`. */
  readonly rest: string
}

const dateForm =
  /^([A-Za-z]{0,20}\.?)((?:19|20)\d\d)([-.]?)(0[1-9]|1[0-2])\3(0[1-9]|[12]\d|3[01])(?:(T?)(\d\d-?\d\d(?:-?\d\d)?)(Z?))?((?:\.\d{1,14}){0,4})(\.[A-Za-z][0-9A-Za-z.]*)?$/

/** Reads a segment as a date; null where it is none. With dots between its parts (`2024.10.16`) it is one only where `dotted`: it may be a version. */
export function dateOf(text: string, dotted: boolean): DateForm | null {
  const [, lead = '', year, dash, month, day, t = '', time = '', zone = '', respin = '', rest = ''] = dateForm.exec(text) ?? []
  if (year === undefined || (dash === '.' && (!dotted || time !== '')) || (dash === '-' && time !== '' && t === '')) return null
  const clock = time.replaceAll('-', '')
  return {
    lead,
    form: `date${dash}${t}${time.replace(/\d/g, '0')}${zone}`,
    numbers: [Number(`${year}${month}${day}`), ...(clock === '' ? [] : [Number(clock.padEnd(6, '0'))]), ...respin.split('.').slice(1).map(Number)],
    rest,
  }
}
