/** The second migration: evidence. What is inside images, and what feeds say. Never edited once released. */
import { type Kysely, sql } from 'kysely'

/** Names that are compared and sorted by bytes; JSON lies in `text`, as in the first migration. */
const statements = [
  // `holds`: "<release> <package>" of every package, as source and as binary; `reached_from`: digests that led here, indexes or the manifest itself.
  `create table underpin.inspections (
    scope text not null, image_name text not null, manifest text not null, platform text not null, release text,
    reached_from text[] not null, holds text[] not null, inspection_json text not null, used_at timestamptz not null default now(),
    primary key (scope, image_name, manifest))`,
  'create index inspections_holds on underpin.inspections using gin (holds)',
  'create index inspections_reached on underpin.inspections using gin (reached_from)',
  'create index inspections_release on underpin.inspections (release) where release is not null',
  'create index inspections_used on underpin.inspections (used_at)',
  `create table underpin.layers (
    scope text not null, digest text not null, found_json text not null, used_at timestamptz not null default now(),
    primary key (scope, digest))`,
  'create index layers_used on underpin.layers (used_at)',

  // From a manifest to who uses it.
  'create index image_uses_pin on underpin.image_uses (image_name, pin) where pin is not null',
  'create index observations_shown on underpin.observations (scope, image_name, digest) where left_at is null',

  // `revision` rises with every change, so that of two that read the part at once only one stores.
  `create table underpin.feed_parts (
    id integer primary key generated always as identity, feed text not null, part text not null,
    etag text, newest text, items integer not null default 0, bytes bigint not null default 0, fingerprint text,
    changed_at timestamptz, checked_at timestamptz, alarm text, revision integer not null default 0,
    unique (feed, part))`,
  `create table underpin.feed_items (
    part_id integer not null references underpin.feed_parts on delete cascade,
    record text collate "C" not null, hash text collate "C" not null,
    release text collate "C", package_name text collate "C", vulnerability text collate "C", item_json text not null,
    primary key (part_id, record, hash))`,
  'create index feed_items_package on underpin.feed_items (release, package_name) where release is not null',
  'create index feed_items_vulnerability on underpin.feed_items (vulnerability) where vulnerability is not null',
  // Packages whose advisories changed and whose users are not woken yet.
  `create table underpin.feed_changes (
    id bigint primary key generated always as identity, release text not null, package_name text not null)`,

  // What is being read, before it is judged. An empty hash: all that there was of the record is gone. Unlogged: after a crash it is worth nothing.
  `create unlogged table underpin.feed_intake (
    intake uuid not null, batch integer not null, record text collate "C" not null, hash text collate "C" not null,
    release text collate "C", package_name text collate "C", vulnerability text collate "C", item_json text not null,
    at timestamptz not null default now())`,
  'create index feed_intake_batch on underpin.feed_intake (intake, batch)',
]

/** Creates tables and indexes of evidence. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
