/** Observations of tags and the manifests behind them, on PostgreSQL. */
import { sql } from 'kysely'
import type { Digest } from '../../../domain/image/digest.ts'
import type { Manifest } from '../../../domain/image/manifest.ts'
import type { Platform } from '../../../domain/image/platform.ts'
import type { Observation } from '../../../domain/image/observation.ts'
import type { FaultNote, ObservationStore } from '../../../ports/observation-store.ts'
import { type Database, inTransaction, type Queries } from './database.ts'
import { fromJsonText, toJsonText } from './storable.ts'
import type { ObservationTable } from './tables.ts'

/** Looks at one tag are serial: the row of its current interval is the lock. */
export function createObservationStore(db: Database): ObservationStore {
  return {
    observe: ({ scope, imageName, tag }, digest, at) =>
      inTransaction(db, async (trx) => {
        const key = { scope, image_name: imageName, tag }
        const current = await extendCurrent(trx, { ...key, digest, first_seen: at, last_seen: at, left_at: null, next: null })
        if (current.isNew) return { moved: false, previous: null }
        const previous = current.digest as Digest
        if (previous === digest || current.last_seen >= at) return { moved: false, previous }
        await trx
          .updateTable('observations')
          .set({ left_at: at, next: digest })
          .where('scope', '=', scope)
          .where('image_name', '=', imageName)
          .where('tag', '=', tag)
          .where('left_at', 'is', null)
          .execute()
        await trx
          .insertInto('observations')
          .values({ ...key, digest, first_seen: at, last_seen: at, left_at: null, next: null })
          .execute()
        return { moved: true, previous }
      }),

    async history({ scope, imageName, tag }, limit) {
      const rows = await db
        .selectFrom('observations')
        .selectAll()
        .where('scope', '=', scope)
        .where('image_name', '=', imageName)
        .where('tag', '=', tag)
        .orderBy('first_seen', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toObservation)
    },

    async tagsShowing(scope, imageName, digest, limit) {
      const { rows } = await sql<ObservationTable>`
        select * from (
          select distinct on (tag) * from underpin.observations
          where scope = ${scope} and image_name = ${imageName} and digest = ${digest} order by tag, first_seen desc) as shown
        order by last_seen desc, tag limit ${limit}`.execute(db)
      return rows.map(toObservation)
    },

    async manifest(scope, imageName, digest) {
      const row = await db
        .selectFrom('manifests')
        .select(['manifest_json', 'platform_json'])
        .where('scope', '=', scope)
        .where('image_name', '=', imageName)
        .where('digest', '=', digest)
        .executeTakeFirst()
      if (row === undefined) return null
      return { manifest: fromJsonText<Manifest>(row.manifest_json), platform: row.platform_json === null ? null : fromJsonText<Platform>(row.platform_json) }
    },

    saveManifest: (scope, imageName, manifest, platform) =>
      inTransaction(db, async (trx) => {
        const key = { scope, image_name: imageName, digest: manifest.digest }
        const platform_json = platform === null ? null : toJsonText(platform)
        await trx
          .insertInto('manifests')
          .values({ ...key, manifest_json: toJsonText(manifest), platform_json })
          .onConflict((conflict) =>
            conflict
              .columns(['scope', 'image_name', 'digest'])
              .doUpdateSet((eb) => ({ platform_json: eb.fn.coalesce('excluded.platform_json', 'manifests.platform_json') })),
          )
          .execute()
        await trx
          .deleteFrom('unserved_digests')
          .where((eb) => eb.and(key))
          .execute()
      }),

    noteServed: (scope, imageName, digest, at) =>
      inTransaction(db, async (trx) => {
        const key = { scope, image_name: imageName, digest }
        await trx
          .updateTable('manifests')
          .set({ served_at: at })
          .where((eb) => eb.and(key))
          .execute()
        await trx
          .deleteFrom('unserved_digests')
          .where((eb) => eb.and(key))
          .execute()
      }),

    async servedAt(scope, imageName, digest) {
      const row = await db
        .selectFrom('manifests')
        .select('served_at')
        .where((eb) => eb.and({ scope, image_name: imageName, digest }))
        .executeTakeFirst()
      return row?.served_at ?? null
    },

    async saveUnserved(scope, imageName, digest, at, problem) {
      await sql`
        insert into underpin.unserved_digests as u (scope, image_name, digest, asked_at, since, problem)
        values (${scope}, ${imageName}, ${digest}, ${at}, ${at}, ${problem})
        on conflict (scope, image_name, digest) do update set asked_at = excluded.asked_at, problem = excluded.problem,
          since = case when (u.problem is null) = (excluded.problem is null) then coalesce(u.since, u.asked_at) else excluded.since end`.execute(db)
    },

    async unserved(scope, imageName, digest) {
      const row = await db
        .selectFrom('unserved_digests')
        .select(['asked_at', 'since', 'problem'])
        .where((eb) => eb.and({ scope, image_name: imageName, digest }))
        .executeTakeFirst()
      return row === undefined ? null : { askedAt: row.asked_at, since: row.since ?? row.asked_at, problem: row.problem }
    },

    async noteFault({ scope, imageName, tag }, fault) {
      const key = { scope, image_name: imageName, tag }
      if (fault === null) {
        await db
          .deleteFrom('tag_faults')
          .where((eb) => eb.and(key))
          .execute()
        return
      }
      const fault_json = toJsonText(fault)
      await db
        .insertInto('tag_faults')
        .values({ ...key, fault_json })
        .onConflict((conflict) => conflict.columns(['scope', 'image_name', 'tag']).doUpdateSet({ fault_json }))
        .execute()
    },

    async fault({ scope, imageName, tag }) {
      const row = await db
        .selectFrom('tag_faults')
        .select('fault_json')
        .where((eb) => eb.and({ scope, image_name: imageName, tag }))
        .executeTakeFirst()
      return row === undefined ? null : fromJsonText<FaultNote>(row.fault_json)
    },
  }
}

type Current = { readonly digest: string; readonly last_seen: Date; readonly isNew: boolean }

/** Opens the tag's first interval, or extends the current one where it shows the same digest; either way that row is locked and given back. */
async function extendCurrent(db: Queries, row: ObservationTable): Promise<Current> {
  // "xmax = 0" tells a row that was inserted from one that was there. An upsert, unlike a SELECT, never misses a row that a concurrent look just committed.
  const { rows } = await sql<Current>`
    insert into underpin.observations as o (scope, image_name, tag, digest, first_seen, last_seen)
    values (${row.scope}, ${row.image_name}, ${row.tag}, ${row.digest}, ${row.first_seen}, ${row.last_seen})
    on conflict (scope, image_name, tag) where left_at is null
    do update set last_seen = case when o.digest = excluded.digest then greatest(o.last_seen, excluded.last_seen) else o.last_seen end
    returning o.digest, o.last_seen, (o.xmax = 0) as "isNew"`.execute(db)
  const [current] = rows
  if (current === undefined) throw new Error('an upsert of an observation gave no row')
  return current
}

function toObservation(row: ObservationTable): Observation {
  return {
    scope: row.scope,
    imageName: row.image_name,
    tag: row.tag,
    digest: row.digest as Digest,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    leftAt: row.left_at,
    next: row.next as Digest | null,
  }
}
