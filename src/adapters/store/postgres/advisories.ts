/** Advisories and notes on PostgreSQL: one row per item of a feed's part, known again by the hash of its content, so that an update writes differences only. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Fault } from '../../../domain/fault.ts'
import type { AdvisoryStore, SavedPart } from '../../../ports/advisory-store.ts'
import type { FeedPart } from '../../../ports/feeds.ts'
import type { AdvisedPackage } from '../../../ports/inventory-store.ts'
import { foldNotes } from '../exploit-notes.ts'
import { parseStoredItem } from '../feed-row.ts'
import { type Database, inTransaction } from './database.ts'
import { addStaged, clearStaged, goneRows, removeRows, stage, type Touched } from './feed-intake.ts'
import type { FeedPartTable } from './tables.ts'

/** Rolls the transaction back. */
class Refused extends Error {}

/** `save` holds no connection while it waits for items; its transaction is as long as the difference is large. */
export function createAdvisoryStore(db: Database): AdvisoryStore {
  return {
    async parts(feed) {
      const all = db.selectFrom('feed_parts').selectAll().where('checked_at', 'is not', null)
      const rows = await (feed === undefined ? all : all.where('feed', '=', feed)).orderBy('feed').orderBy('part').execute()
      return rows.map(toPart)
    },

    async save({ feed, part, etag, newest, mode, items, published }, judge, at): Promise<SavedPart> {
      const intake = randomUUID()
      const { id, revision } = await readPart(db, feed, part)
      try {
        const staged = await stage(db, intake, id, mode === 'replace', items)
        const { read, problems } = staged
        return await inTransaction(db, async (trx) => {
          const held = await trx.selectFrom('feed_parts').select(['revision', 'items']).where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
          if (held.revision !== revision) throw new Fault('conflict', `somebody else changed ${part} of the feed ${feed} meanwhile`)
          const added = await addStaged(trx, staged, id)
          const gone = await goneRows(trx, staged, id)
          const after = held.items + rowsOf(added) - gone.length
          const why = judge({ items: after, read, problems, newest })
          if (why !== null) throw new Refused(why)
          const touched = [...added, ...(await removeRows(trx, id, gone))]
          const changed = packagesOf(touched)
          await sql`
            insert into underpin.feed_changes (release, package_name) select * from unnest(
              ${changed.map(({ release }) => release)}::text[], ${changed.map(({ packageName }) => packageName)}::text[])`.execute(trx)
          const { bytes, fingerprint } = published()
          await sql`
            update underpin.feed_parts set etag = ${etag}, newest = ${newest}, items = ${after}, bytes = ${bytes}, fingerprint = ${fingerprint},
              changed_at = case when ${touched.length > 0} or changed_at is null then ${at} else changed_at end,
              checked_at = ${at}, alarm = null, revision = revision + 1
            where id = ${id}`.execute(trx)
          return { kind: 'saved', items: after, changed }
        })
      } catch (error) {
        if (error instanceof Refused) return { kind: 'refused', why: error.message }
        throw error
      } finally {
        await clearStaged(db, intake)
      }
    },

    async unmatched(limit) {
      const { rows } = await sql<AdvisedPackage & { change: number }>`
        select release, package_name as "packageName", id as change from underpin.feed_changes order by id limit ${limit}`.execute(db)
      return rows
    },

    async noteMatched(changes) {
      await sql`delete from underpin.feed_changes where id = any(${changes}::bigint[])`.execute(db)
    },

    async noteChecked(feed, part, at, alarm) {
      await sql`
        insert into underpin.feed_parts as p (feed, part, changed_at, checked_at, alarm) values (${feed}, ${part}, ${at}, ${at}, ${alarm})
        on conflict (feed, part) do update set alarm = excluded.alarm, changed_at = coalesce(p.changed_at, excluded.changed_at),
          checked_at = case when excluded.alarm is null then excluded.checked_at else coalesce(p.checked_at, excluded.checked_at) end`.execute(db)
    },

    async about(release, packageNames) {
      const { rows } = await sql<{ json: string }>`
        select item_json as json from underpin.feed_items
        where release = ${release} and package_name = any(${packageNames}::text[]) order by part_id, record, hash`.execute(db)
      return rows.flatMap(({ json }) => {
        const item = parseStoredItem(json)
        return item.kind === 'advisory' ? [item.advisory] : []
      })
    },

    async speaksOf(release) {
      const { rows } = await sql<{ speaks: boolean }>`select exists (select 1 from underpin.feed_items where release = ${release}) as speaks`.execute(db)
      return rows[0]?.speaks === true
    },

    async notes(vulnerabilities) {
      const { rows } = await sql<{ json: string }>`
        select item_json as json from underpin.feed_items where vulnerability = any(${vulnerabilities}::text[])`.execute(db)
      return foldNotes(rows.map(({ json }) => parseStoredItem(json)))
    },
  }
}

/** The part's row, made if need be. One that was never taken in nor noted is not told to anybody. */
async function readPart(db: Database, feed: string, part: string): Promise<{ readonly id: number; readonly revision: number }> {
  const { rows } = await sql<{ id: number; revision: number }>`
    insert into underpin.feed_parts as p (feed, part) values (${feed}, ${part})
    on conflict (feed, part) do update set feed = p.feed returning id, revision`.execute(db)
  const [row] = rows
  if (row === undefined) throw new Error('an upsert of a feed part gave no row')
  return row
}

function rowsOf(touched: Touched): number {
  return touched.reduce((sum, { rows }) => sum + rows, 0)
}

function packagesOf(touched: Touched): readonly AdvisedPackage[] {
  const packages = new Map<string, AdvisedPackage>()
  for (const { release, packageName } of touched)
    if (release !== null && packageName !== null) packages.set(`${release} ${packageName}`, { release, packageName })
  return [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function toPart(row: Omit<FeedPartTable, 'id'>): FeedPart {
  const { feed, part, etag, newest, items, bytes, fingerprint, alarm } = row
  const never = new Date(0)
  return { feed, part, etag, newest, items, bytes, fingerprint, changedAt: row.changed_at ?? never, checkedAt: row.checked_at ?? never, alarm }
}
