/** The migration to reviewers, assignees and the permission to change workflows. Never edited once released. */
import { type Kysely, sql } from 'kysely'

const statements = [
  // True until an installation is read again: a refusal of GitHub's is said as well.
  'alter table underpin.repos add column may_write_workflows boolean not null default true',
  "alter table underpin.updates add column delivered_people text[] not null default '{}'",
]

/** Adds the columns. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
