/** The inbox on PostgreSQL: a webhook's row and its due work are committed together, before anybody is told that we have it. */
import { sql } from 'kysely'
import { work } from '../../../domain/due-work.ts'
import type { InboxStore } from '../../../ports/inbox-store.ts'
import { type Database, inTransaction } from './database.ts'
import { scheduleWork } from './due-work.ts'

/** Work of a delivery has kind `inbox`, and its GUID as key and group. */
export function createInboxStore(db: Database): InboxStore {
  return {
    accept: ({ guid, event, body, receivedAt }) =>
      inTransaction(db, async (trx) => {
        const { numInsertedOrUpdatedRows } = await trx
          .insertInto('inbox')
          .values({ guid, event, body, received_at: receivedAt, done_at: null })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirstOrThrow()
        const isNew = numInsertedOrUpdatedRows === 1n
        const isDone = !isNew && (await trx.selectFrom('inbox').select('done_at').where('guid', '=', guid).executeTakeFirst())?.done_at !== null
        if (!isDone) await scheduleWork(trx, [work('inbox', guid, receivedAt)])
        return isNew ? 'new' : 'again'
      }),

    async read(guid) {
      const row = await db.selectFrom('inbox').selectAll().where('guid', '=', guid).executeTakeFirst()
      return row === undefined || row.body === null ? null : { guid, event: row.event, body: row.body, receivedAt: row.received_at }
    },

    done: (guid, at) =>
      inTransaction(db, async (trx) => {
        await trx.updateTable('inbox').set({ done_at: at }).where('guid', '=', guid).execute()
        // A redelivery that came while it was being done asks for what is done now.
        await trx.updateTable('due_work').set({ again_at: null }).where('kind', '=', 'inbox').where('key', '=', guid).execute()
      }),

    purge: (doneBefore) =>
      inTransaction(db, async (trx) => {
        const { rows } = await sql<{ guid: string }>`
          update underpin.inbox set body = null where body is not null and done_at < ${doneBefore} returning guid`.execute(trx)
        const guids = rows.map(({ guid }) => guid)
        await sql`delete from underpin.due_work where kind = 'inbox' and key = any(${guids}::text[]) and lease_until is null`.execute(trx)
        return guids.length
      }),
  }
}
