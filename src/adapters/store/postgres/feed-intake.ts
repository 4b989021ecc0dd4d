/** Taking in what a feed says: rows are staged while they are read, without a transaction, and take their place in one short transaction when judged. */
import { sql } from 'kysely'
import { Fault } from '../../../domain/fault.ts'
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { type FeedRow, toFeedRow } from '../feed-row.ts'
import type { Database, Queries } from './database.ts'

/** What was staged under `intake`. */
export type Intake = {
  readonly intake: string
  readonly read: number
  readonly problems: number
  readonly batches: number
  /** Rows that the part holds and that were not met again, by hash; null in an increment. */
  readonly unseen: ReadonlyMap<string, string> | null
}

/** Packages with the number of rows that came or went. */
export type Touched = readonly { readonly release: string | null; readonly packageName: string | null; readonly rows: number }[]

/** A row that is to go. */
export type GoneRow = { readonly record: string; readonly hash: string }

/** Rows of one statement: about a megabyte of parameters. */
const rowsAtOnce = 2_000
/** Staged statements that take their place in one statement, which has 15 seconds. */
const batchRows = 20_000
/** A part of more items is no feed: Red Hat's whole VEX is a tenth of it. */
const mostItems = 20_000_000

/** Reads `items` to their end. Rows that the part has already are not staged again where all of it is replaced (`hasAll`). */
export async function stage(db: Database, intake: string, partId: number, hasAll: boolean, items: AsyncIterable<FeedItem>): Promise<Intake> {
  const unseen = hasAll ? await knownRows(db, partId) : null
  let [read, problems, staged] = [0, 0, 0]
  let rows: FeedRow[] = []
  const flush = async () => {
    await insertStaged(db, intake, Math.floor(staged / batchRows), rows)
    staged += rows.length
    rows = []
  }
  for await (const item of items) {
    const row = item.kind === 'problem' ? null : item.kind === 'gone' ? goneRow(item.record) : toFeedRow(item)
    if (row === null) problems += 1
    else read += 1
    if (read + problems > mostItems) throw new Fault('invalid', `the feed has more than ${mostItems} items`)
    // The second row of two equal ones is staged in vain; it finds its place taken.
    if (row === null || unseen?.delete(row.hash) === true) continue
    rows.push(row)
    if (rows.length === rowsAtOnce) await flush()
  }
  await flush()
  return { intake, read, problems, batches: Math.ceil(staged / batchRows), unseen }
}

/** Gives the staged rows their place, batch by batch; those that are there already are left alone and not told. */
export async function addStaged(trx: Queries, { intake, batches }: Intake, partId: number): Promise<Touched> {
  const touched: Touched[number][] = []
  for (let batch = 0; batch < batches; batch += 1) {
    const { rows } = await sql<Touched[number]>`
      with added as (
        insert into underpin.feed_items (part_id, record, hash, release, package_name, vulnerability, item_json)
        select ${partId}::integer, record, hash, release, package_name, vulnerability, item_json from underpin.feed_intake
        where intake = ${intake}::uuid and batch = ${batch} and hash <> ''
        on conflict do nothing returning release, package_name)
      select release, package_name as "packageName", count(*) as rows from added group by release, package_name`.execute(trx)
    touched.push(...rows)
  }
  return touched
}

/** Rows that the update makes go: all that were not met again, or, in an increment, those of its records that it does not name. */
export async function goneRows(trx: Queries, { intake, unseen }: Intake, partId: number): Promise<readonly GoneRow[]> {
  if (unseen !== null) return [...unseen].map(([hash, record]) => ({ record, hash }))
  const { rows } = await sql<GoneRow>`
    select f.record, f.hash from underpin.feed_items as f
    join (select distinct record from underpin.feed_intake where intake = ${intake}::uuid) as named on named.record = f.record
    where f.part_id = ${partId} and not exists (
      select from underpin.feed_intake as i where i.intake = ${intake}::uuid and i.record = f.record and i.hash = f.hash)`.execute(trx)
  return rows
}

/** Takes rows away. */
export async function removeRows(trx: Queries, partId: number, gone: readonly GoneRow[]): Promise<Touched> {
  const touched: Touched[number][] = []
  for (let at = 0; at < gone.length; at += batchRows) {
    const some = gone.slice(at, at + batchRows)
    const { rows } = await sql<Touched[number]>`
      with gone as (
        delete from underpin.feed_items as f
        using unnest(${some.map(({ record }) => record)}::text[], ${some.map(({ hash }) => hash)}::text[]) as g (record, hash)
        where f.part_id = ${partId} and f.record = g.record collate "C" and f.hash = g.hash collate "C"
        returning f.release, f.package_name)
      select release, package_name as "packageName", count(*) as rows from gone group by release, package_name`.execute(trx)
    touched.push(...rows)
  }
  return touched
}

/** Removes what was staged, and what a process that was killed left behind. */
export async function clearStaged(db: Database, intake: string): Promise<void> {
  await sql`delete from underpin.feed_intake where intake = ${intake}::uuid or at < now() - interval '1 day'`.execute(db)
}

async function knownRows(db: Database, partId: number): Promise<Map<string, string>> {
  const { rows } = await sql<GoneRow>`select record, hash from underpin.feed_items where part_id = ${partId}`.execute(db)
  return new Map(rows.map(({ record, hash }) => [hash, record]))
}

async function insertStaged(db: Database, intake: string, batch: number, rows: readonly FeedRow[]): Promise<void> {
  if (rows.length === 0) return
  // JSON has no line breaks of its own: as one text it needs none of the quoting that an array's elements do, which costs as much as the rest.
  await sql`
    insert into underpin.feed_intake (intake, batch, record, hash, release, package_name, vulnerability, item_json)
    select ${intake}::uuid, ${batch}::integer, r.* from unnest(
      ${rows.map(({ record }) => record)}::text[], ${rows.map(({ hash }) => hash)}::text[], ${rows.map(({ release }) => release)}::text[],
      ${rows.map(({ packageName }) => packageName)}::text[], ${rows.map(({ vulnerability }) => vulnerability)}::text[],
      string_to_array(${rows.map(({ json }) => json).join('\n')}::text, E'\\n')) as r`.execute(db)
}

function goneRow(record: string): FeedRow {
  return { record, hash: '', release: null, packageName: null, vulnerability: null, json: '{}' }
}
