/** The third migration: looks into images that decisions wait for, and what repositories offer. Never edited once released. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table underpin.wanted_inspections (
    scope text not null, image_name text not null, manifest text not null, index_digest text, platform text,
    since timestamptz not null, problem text, is_final boolean not null default false, problem_at timestamptz,
    primary key (scope, image_name, manifest))`,
  `create table underpin.installable (
    scope text not null, image_name text not null, manifest text not null, asked_at timestamptz not null, answer_json text not null,
    primary key (scope, image_name, manifest))`,
  'alter table underpin.updates add column delivered_words text',
]

/** Creates the tables. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
