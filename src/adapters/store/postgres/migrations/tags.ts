/** Lists of tags, and what repos want to know beside the tags that their files name. Never edited once released. */
import { type Kysely, sql } from 'kysely'

const statements = [
  // `tags` is the list with a line break between two, deflated: 100,000 tags lie in some 300 kB.
  `create table underpin.tag_lists (
    scope text not null, image_name text not null, tags bytea, asked_at timestamptz not null, fault_json text,
    primary key (scope, image_name))`,
  `create table underpin.wanted_tags (
    repo_id bigint not null references underpin.repos on delete cascade, position integer not null,
    image_name text not null, tag text, pin text,
    primary key (repo_id, position))`,
  'create index wanted_tags_tag on underpin.wanted_tags (image_name, tag)',
  'create index wanted_tags_pin on underpin.wanted_tags (image_name, pin) where pin is not null',
  // Which tags were asked for a digest that files name without one, and by which tags it was seen.
  `create table underpin.digest_searches (
    scope text not null, image_name text not null, digest text not null, asked_at timestamptz not null, asked text[] not null, is_over boolean not null,
    primary key (scope, image_name, digest))`,
  'create index observations_digest on underpin.observations (scope, image_name, digest)',
  // When the registry was last known to serve a manifest that we have, and since when it is known not to serve a digest.
  'alter table underpin.manifests add column served_at timestamptz',
  'alter table underpin.unserved_digests add column since timestamptz',
]

/** Creates the tables and columns. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
