/** Feed items as rows: what is kept of an item, and the hash by which the same item is known again. Shared by the stores. */
import { hash } from 'node:crypto'
import type { FeedItem } from '../../domain/advisory/advisory.ts'

/** An item that is kept. */
export type StoredItem = Extract<FeedItem, { readonly kind: 'advisory' | 'exploited' | 'likelihood' }>

export type FeedRow = {
  readonly record: string
  /** Equal items give equal text, different ones never do: 132 bits of SHA-256. */
  readonly hash: string
  /** Of an advisory, else null. */
  readonly release: string | null
  readonly packageName: string | null
  /** Of a note, else null. */
  readonly vulnerability: string | null
  /** The item as JSON text. */
  readonly json: string
}

/** Longer names cannot be index keys; nobody's are. */
const longestName = 300
/** An item of more characters is not one. */
const longestItem = 1024 * 1024

/** The row of an item; null where its names are too long to be any, which counts as a problem of the record. */
export function toFeedRow(item: StoredItem): FeedRow | null {
  const json = JSON.stringify(item)
  const row = { ...keysOf(item), json, hash: hash('sha256', json, 'base64url').slice(0, 22) }
  const isLong = [row.record, row.release, row.packageName, row.vulnerability].some((name) => (name?.length ?? 0) > longestName)
  return isLong || json.length > longestItem ? null : row
}

/** The inverse, of the text that `toFeedRow` wrote. */
export function parseStoredItem(json: string): StoredItem {
  return JSON.parse(json) as StoredItem
}

function keysOf(item: StoredItem): Pick<FeedRow, 'record' | 'release' | 'packageName' | 'vulnerability'> {
  if (item.kind !== 'advisory') return { record: item.vulnerability, release: null, packageName: null, vulnerability: item.vulnerability }
  const { record, release, packageName } = item.advisory
  return { record, release, packageName, vulnerability: null }
}
