/** The migration to several base branches: what a look found belongs to a branch. Never edited once released. */
import { type Kysely, sql } from 'kysely'

const statements = [
  `create table underpin.base_branches (
    repo_id bigint not null references underpin.repos on delete cascade, position integer not null,
    branch text not null, commit_oid text not null,
    primary key (repo_id, position), unique (repo_id, branch))`,
  'insert into underpin.base_branches (repo_id, position, branch, commit_oid) select repo_id, 0, branch, commit_oid from underpin.discoveries',
  `alter table underpin.discoveries
    add column absent_branches text[] not null default '{}', add column reader text not null default '',
    add column extended_repo_id bigint, add column extended_blob_oid text`,
  'update underpin.discoveries set absent_branches = array[absent_branch] where absent_branch is not null',
  'alter table underpin.discoveries drop column branch, drop column commit_oid, drop column absent_branch',
  'alter table underpin.repo_files add column branch text, alter column bytes drop not null',
  'update underpin.repo_files as f set branch = b.branch from underpin.base_branches as b where b.repo_id = f.repo_id',
  'delete from underpin.repo_files where branch is null',
  'alter table underpin.repo_files alter column branch set not null',
  'alter table underpin.image_uses add column branch text',
  'update underpin.image_uses as u set branch = b.branch from underpin.base_branches as b where b.repo_id = u.repo_id',
  'delete from underpin.image_uses where branch is null',
  'alter table underpin.image_uses alter column branch set not null',
]

/** Moves what is there to the branch that it was read on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
