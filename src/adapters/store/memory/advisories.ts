/** Advisories and notes in memory, for `match --feed` and the like: gone when the program ends. */
import { Fault } from '../../../domain/fault.ts'
import type { AdvisoryStore } from '../../../ports/advisory-store.ts'
import type { FeedPart } from '../../../ports/feeds.ts'
import type { AdvisedPackage } from '../../../ports/inventory-store.ts'
import { foldNotes } from '../exploit-notes.ts'
import { type StoredItem, toFeedRow } from '../feed-row.ts'

/** One row of a part; `about` is `<release> <package>` or the vulnerability of a note. */
type Row = { readonly record: string; readonly about: string; readonly advised: AdvisedPackage | null; readonly item: StoredItem }

/** An empty store. Raises no faults but `conflict`. */
export function createMemoryAdvisoryStore(): AdvisoryStore {
  const states = new Map<string, FeedPart>()
  /** Rows by part, then by hash. A part is replaced whole, never changed in place. */
  const contents = new Map<string, ReadonlyMap<string, Row>>()
  /** Changed packages whose users are not woken yet, by number. */
  const unmatched = new Map<number, AdvisedPackage>()
  let changes = 0
  /** Rows by what they are about; made anew when first asked after a change. */
  let index: Map<string, StoredItem[]> | null = null
  const keyOf = (feed: string, part: string) => `${feed} ${part}`
  const lookUp = (about: string): readonly StoredItem[] => {
    index ??= indexed(contents.values())
    return index.get(about) ?? []
  }
  return {
    parts: async (feed) => [...states].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, state]) => (feed === undefined || state.feed === feed ? [state] : [])),

    async save({ feed, part, etag, newest, mode, items, published }, judge, at) {
      const key = keyOf(feed, part)
      const before = contents.get(key) ?? new Map<string, Row>()
      const taken = new Map<string, Row>()
      const named = new Set<string>()
      let [read, problems] = [0, 0]
      for await (const item of items) {
        const stored = item.kind === 'problem' || item.kind === 'gone' ? null : item
        const row = stored === null ? null : toFeedRow(stored)
        if (item.kind !== 'gone' && row === null) problems += 1
        else read += 1
        if (item.kind === 'gone') named.add(item.record)
        if (row === null || stored === null) continue
        named.add(row.record)
        const { record, release, packageName } = row
        const advised = release === null || packageName === null ? null : { release, packageName }
        taken.set(row.hash, { record, advised, about: advised === null ? noteKey(record) : packageKey(advised), item: stored })
      }
      if ((contents.get(key) ?? before) !== before) throw new Fault('conflict', `somebody else changed ${part} of the feed ${feed} meanwhile`)
      const kept = mode === 'replace' ? [] : [...before].filter(([, { record }]) => !named.has(record))
      const after = new Map([...kept, ...taken])
      const why = judge({ items: after.size, read, problems, newest })
      if (why !== null) return { kind: 'refused', why }
      const changed = new Map<string, AdvisedPackage>()
      let isSame = true
      for (const [rows, others] of [
        [before, after],
        [after, before],
      ] as const)
        for (const [hash, { advised, about }] of rows) {
          if (others.has(hash)) continue
          isSame = false
          if (advised !== null) changed.set(about, advised)
        }
      contents.set(key, after)
      index = null
      const state = states.get(key)
      const changedAt = isSame && state !== undefined ? state.changedAt : at
      states.set(key, { feed, part, etag, newest, items: after.size, ...published(), changedAt, checkedAt: at, alarm: null })
      const sorted = [...changed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
      for (const one of sorted) unmatched.set((changes += 1), one)
      return { kind: 'saved', items: after.size, changed: sorted }
    },

    unmatched: async (limit) => [...unmatched].slice(0, limit).map(([change, one]) => ({ ...one, change })),
    noteMatched: async (matched) => matched.forEach((change) => unmatched.delete(change)),

    async noteChecked(feed, part, at, alarm) {
      const fresh: FeedPart = { feed, part, etag: null, newest: null, items: 0, bytes: 0, fingerprint: null, changedAt: at, checkedAt: at, alarm }
      const state = states.get(keyOf(feed, part)) ?? fresh
      states.set(keyOf(feed, part), { ...state, alarm, checkedAt: alarm === null ? at : state.checkedAt })
    },

    about: async (release, packageNames) =>
      [...new Set(packageNames)].flatMap((packageName) =>
        lookUp(packageKey({ release, packageName })).flatMap((item) => (item.kind === 'advisory' ? [item.advisory] : [])),
      ),

    speaksOf: async (release) => [...contents.values()].some((rows) => [...rows.values()].some(({ advised }) => advised?.release === release)),

    notes: async (vulnerabilities) => foldNotes([...new Set(vulnerabilities)].flatMap((vulnerability) => lookUp(noteKey(vulnerability)))),
  }
}

function packageKey({ release, packageName }: AdvisedPackage): string {
  return `${release} ${packageName}`
}

/** No release key is empty, so that notes and packages never share a key. */
function noteKey(vulnerability: string): string {
  return ` ${vulnerability}`
}

function indexed(contents: Iterable<ReadonlyMap<string, Row>>): Map<string, StoredItem[]> {
  const index = new Map<string, StoredItem[]>()
  for (const rows of contents)
    for (const { about, item } of rows.values()) {
      const items = index.get(about)
      if (items === undefined) index.set(about, [item])
      else items.push(item)
    }
  return index
}
