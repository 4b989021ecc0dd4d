/** Lists of tags, and what repos want to know of tags, on PostgreSQL. */
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { sql } from 'kysely'
import type { Digest } from '../../../domain/image/digest.ts'
import type { FaultNote } from '../../../ports/observation-store.ts'
import type { TagListStore } from '../../../ports/tag-list-store.ts'
import type { WantedTagStore } from '../../../ports/wanted-tag-store.ts'
import { type Database, holdsRepo, inTransaction } from './database.ts'
import { holdsFence } from './due-work.ts'
import { fromJsonText, toJsonText } from './storable.ts'

const [deflate, inflate] = [promisify(deflateRaw), promisify(inflateRaw)]
/** 100,000 tags of 128 characters. */
const longestList = 16 * 1024 * 1024

/** One row per scope and image name. */
export function createTagListStore(db: Database): TagListStore {
  return {
    async list(scope, imageName) {
      const { rows } = await sql<{ tags: Uint8Array | null; askedAt: Date; faultJson: string | null }>`
        select tags, asked_at as "askedAt", fault_json as "faultJson" from underpin.tag_lists
        where scope = ${scope} and image_name = ${imageName}`.execute(db)
      const [row] = rows
      if (row === undefined) return null
      const fault = row.faultJson === null ? null : fromJsonText<FaultNote>(row.faultJson)
      return { tags: row.tags === null ? null : await unpacked(row.tags), askedAt: row.askedAt, fault }
    },
    async saveList(scope, imageName, tags, at) {
      const packed = await deflate(tags.join('\n'))
      await sql`
        insert into underpin.tag_lists (scope, image_name, tags, asked_at) values (${scope}, ${imageName}, ${packed}, ${at})
        on conflict (scope, image_name) do update set tags = excluded.tags, asked_at = excluded.asked_at, fault_json = null`.execute(db)
    },
    async noteListFault(scope, imageName, fault, at) {
      await sql`
        insert into underpin.tag_lists (scope, image_name, asked_at, fault_json) values (${scope}, ${imageName}, ${at}, ${toJsonText(fault)})
        on conflict (scope, image_name) do update set asked_at = excluded.asked_at, fault_json = excluded.fault_json`.execute(db)
    },
  }
}

async function unpacked(tags: Uint8Array): Promise<readonly string[]> {
  const text = (await inflate(tags, { maxOutputLength: longestList })).toString('utf8')
  return text === '' ? [] : text.split('\n')
}

/** The wanted tags of a repo stand as its last decisions left them. */
export function createWantedTagStore(db: Database): WantedTagStore {
  return {
    replaceWanted: (claim, repoId, wanted) =>
      inTransaction(db, async (trx) => {
        if (!(await holdsRepo(trx, repoId)) || !(await holdsFence(trx, claim))) return false
        await sql`delete from underpin.wanted_tags where repo_id = ${repoId}`.execute(trx)
        await sql`
          insert into underpin.wanted_tags (repo_id, position, image_name, tag, pin)
          select ${repoId}, w.position, w.image_name, w.tag, w.pin from unnest(${wanted.map(({ imageName }) => imageName)}::text[],
            ${wanted.map(({ tag }) => tag)}::text[], ${wanted.map(({ pin }) => pin)}::text[]) with ordinality as w (image_name, tag, pin, position)`.execute(
          trx,
        )
        return true
      }),
    async reposWanting(imageName, tag) {
      // "is not distinct from" would use no index.
      const isWanted = tag === null ? sql`w.tag is null` : sql`w.tag = ${tag}`
      const { rows } = await sql<{ repoId: number; installationId: number; pins: readonly Digest[]; floats: boolean }>`
        select r.id as "repoId", r.installation_id as "installationId",
          coalesce(array_agg(distinct w.pin order by w.pin) filter (where w.pin is not null), '{}') as pins, bool_or(w.pin is null) as floats
        from underpin.wanted_tags as w join underpin.repos as r on r.id = w.repo_id
        where w.image_name = ${imageName} and ${isWanted} group by r.id order by r.id`.execute(db)
      return rows
    },
  }
}
