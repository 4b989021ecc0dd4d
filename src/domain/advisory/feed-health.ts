/** The health of a feed: whether what a publisher gives out now may take the place of the last good one (threats: spoofed, rolled back, cut off, emptied). */

/** What was counted while an update of a part was read. */
export type PartCount = {
  /** What the part would hold afterwards: advisories and notes, each once. */
  readonly items: number
  /** Items that were read now, removals included; those of an increment are few. */
  readonly read: number
  /** Records that could not be read. */
  readonly problems: number
  /** The newest date that the publisher gives, RFC 3339, or null. */
  readonly newest: string | null
}

/** What the last good one came to. */
export type LastGood = Pick<PartCount, 'items' | 'newest'>

/** Publishers withdraw records, but never a fifth of them from one look to the next. */
const mostShrunk = 0.2
/** Below this, a fifth is one record or none. */
const fewItems = 10
/** A reader that cannot read one record in twenty does not know the format any more. */
const mostUnreadable = 0.05
/** So many unreadable records say nothing yet, however small the part. */
const fewProblems = 2

/**
 * Why `counted` must not take the place of `last` (null: there is none yet), a sentence without a full stop; null: it may.
 * Refused are the empty, the older than the last good one, the shrunk by a fifth or more, and the ones of which more than one record in twenty is
 * unreadable. An increment (`patch`) may be empty. What is cut off or garbage never comes here: reading it raises.
 */
export function refusal(mode: 'replace' | 'patch', last: LastGood | null, counted: PartCount): string | null {
  const { items, read, problems, newest } = counted
  if (mode === 'replace' && read === 0) return problems === 0 ? 'it is empty' : `none of its ${problems} records can be read`
  if (problems > fewProblems && problems > mostUnreadable * (read + problems)) return `${problems} of ${read + problems} records cannot be read`
  if (last === null) return null
  if (isOlder(newest, last.newest)) return `it is older (${newest}) than what we have (${last.newest})`
  if (last.items >= fewItems && items <= (1 - mostShrunk) * last.items) return `it has shrunk from ${last.items} to ${items} items`
  return null
}

/** False where one of the dates is absent or is none. */
function isOlder(now: string | null, before: string | null): boolean {
  return now !== null && before !== null && Date.parse(now) < Date.parse(before)
}
