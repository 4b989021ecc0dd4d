/** The first migration: everything the memory holds, scopes included. Migrations are never edited once released; the next one goes beside this file. */
import { type Kysely, sql } from 'kysely'

/**
 * JSON lies in `text`, not `jsonb`: strings from outside may hold NUL and lone surrogates, which `jsonb` refuses, and nothing is searched inside.
 * Bytes are `bytea`. GitHub's ids are `bigint`.
 */
const statements = [
  'create sequence underpin.fences',

  `create table underpin.due_work (
    kind text not null, key text not null, group_name text not null,
    due_at timestamptz, again_at timestamptz,
    attempts integer not null default 0, lease_until timestamptz, fence bigint not null default 0, problem text,
    primary key (kind, key))`,
  'create index due_work_due on underpin.due_work (due_at) where due_at is not null',
  'create index due_work_group on underpin.due_work (kind, group_name, due_at) where due_at is not null',

  `create table underpin.inbox (
    guid text primary key, event text not null, body bytea, received_at timestamptz not null, done_at timestamptz)`,
  'create index inbox_done on underpin.inbox (done_at) where body is not null',

  'create table underpin.installations (id bigint primary key)',
  `create table underpin.repos (
    id bigint primary key, node_id text not null,
    installation_id bigint not null references underpin.installations on delete cascade,
    owner text not null, name text not null, default_branch text not null,
    is_archived boolean not null, is_fork boolean not null, is_private boolean not null, pushed_at timestamptz,
    saved_at timestamptz not null default now())`,
  'create index repos_installation on underpin.repos (installation_id)',
  'create index repos_name on underpin.repos (lower(owner), lower(name))',

  `create table underpin.discoveries (
    repo_id bigint primary key references underpin.repos on delete cascade,
    branch text not null, commit_oid text not null, policy_commit_oid text not null, absent_branch text,
    policy_json text not null, policy_problem text, rebuild_since timestamptz)`,
  `create table underpin.repo_files (
    repo_id bigint not null references underpin.repos on delete cascade, position integer not null,
    path text not null, blob_oid text not null, mode text not null, bytes bytea not null,
    primary key (repo_id, position))`,
  `create table underpin.image_uses (
    repo_id bigint not null references underpin.repos on delete cascade, position integer not null,
    image_name text, tag text, pin text, use_json text not null,
    primary key (repo_id, position))`,
  'create index image_uses_tag on underpin.image_uses (image_name, tag) where image_name is not null',

  `create table underpin.observations (
    scope text not null, image_name text not null, tag text not null, digest text not null,
    first_seen timestamptz not null, last_seen timestamptz not null, left_at timestamptz, next text,
    primary key (scope, image_name, tag, first_seen),
    check (last_seen >= first_seen), check (left_at > last_seen), check ((left_at is null) = (next is null)))`,
  'create unique index observations_current on underpin.observations (scope, image_name, tag) where left_at is null',
  `create table underpin.tag_faults (
    scope text not null, image_name text not null, tag text not null, fault_json text not null,
    primary key (scope, image_name, tag))`,
  `create table underpin.manifests (
    scope text not null, image_name text not null, digest text not null, manifest_json text not null, platform_json text,
    primary key (scope, image_name, digest))`,
  `create table underpin.unserved_digests (
    scope text not null, image_name text not null, digest text not null, asked_at timestamptz not null, problem text,
    primary key (scope, image_name, digest))`,

  `create table underpin.decisions (
    repo_id bigint not null references underpin.repos on delete cascade, position integer not null,
    subject_json text not null, decision_json text not null, decided_at timestamptz not null,
    primary key (repo_id, position))`,

  `create table underpin.updates (
    key text primary key, repo_id bigint not null references underpin.repos on delete cascade,
    base_branch text not null, group_name text not null, installation_id bigint not null,
    branch text not null, state text not null, plan_json text not null, plan_fingerprint text not null,
    delivered_fingerprint text, delivered_digests text[] not null, delivered_labels text[] not null, pull_request integer, head_oid text, refused_digests text[] not null,
    opened_at timestamptz, held_until timestamptz, held_by_json text, is_admitted boolean not null default false)`,
  'create index updates_repo on underpin.updates (repo_id)',
  'create unique index updates_pull_request on underpin.updates (repo_id, pull_request) where pull_request is not null',
  'create table underpin.admissions (installation_id bigint not null, repo_id bigint not null, admitted_at timestamptz not null)',
  'create index admissions_recent on underpin.admissions (installation_id, admitted_at)',

  `create table underpin.rebuilds (
    id text primary key, repo_id bigint not null references underpin.repos on delete cascade, installation_id bigint not null,
    cause text not null, workflow text, ref text not null, inputs_json text not null,
    state text not null, tries integer not null, sent_at timestamptz, run_id bigint, run_url text, conclusion text,
    asked_at timestamptz not null,
    unique (repo_id, cause))`,
  'create unique index rebuilds_run on underpin.rebuilds (repo_id, run_id) where run_id is not null',

  `create table underpin.audit_trail (
    id bigint primary key generated always as identity, at timestamptz not null,
    installation_id bigint, repo_id bigint, action text not null, detail_json text not null)`,
  'create index audit_trail_repo on underpin.audit_trail (repo_id, at desc)',

  'create table underpin.write_budgets (installation_id bigint primary key, paused_until timestamptz)',
  `create table underpin.write_spending (
    installation_id bigint not null references underpin.write_budgets on delete cascade, at timestamptz not null, cost integer not null)`,
  'create index write_spending_recent on underpin.write_spending (installation_id, at)',
]

/** Creates every table and index. The schema itself is the migrator's. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
