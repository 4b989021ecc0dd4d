/** Searches for the tags of digests, on PostgreSQL. */
import { sql } from 'kysely'
import type { DigestSearch, DigestSearchStore } from '../../../ports/digest-search-store.ts'
import type { Database } from './database.ts'

/** One row per scope, image name and digest. */
export function createDigestSearchStore(db: Database): DigestSearchStore {
  return {
    async search(scope, imageName, digest) {
      const { rows } = await sql<DigestSearch>`
        select asked_at as "askedAt", asked, is_over as "isOver" from underpin.digest_searches
        where scope = ${scope} and image_name = ${imageName} and digest = ${digest}`.execute(db)
      return rows[0] ?? null
    },
    async saveSearch(scope, imageName, digest, { askedAt, asked, isOver }) {
      await sql`
        insert into underpin.digest_searches (scope, image_name, digest, asked_at, asked, is_over)
        values (${scope}, ${imageName}, ${digest}, ${askedAt}, ${[...asked]}::text[], ${isOver})
        on conflict (scope, image_name, digest) do update set asked_at = excluded.asked_at, asked = excluded.asked, is_over = excluded.is_over`.execute(db)
    },
  }
}
