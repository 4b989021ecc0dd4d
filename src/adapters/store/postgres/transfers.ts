/** What a repo's transfer to another installation does to everything that hangs on it. */
import { sql } from 'kysely'
import type { Queries } from './database.ts'

/**
 * Updates, rebuilds and due work follow the repos `ids` to the installations that have them now. What was decided and planned for the old ones may rest
 * on their private credentials: decisions are deleted, also those that a worker is making now, and undelivered plans are never delivered.
 */
export async function followTransfers(db: Queries, ids: readonly number[]): Promise<void> {
  const undelivered = sql`u.state in ('planned', 'held')`
  await sql`
    update underpin.updates as u set installation_id = r.installation_id,
      state = case when ${undelivered} then 'obsolete' else u.state end, held_until = case when ${undelivered} then null else u.held_until end,
      held_by_json = case when ${undelivered} then null else u.held_by_json end
    from underpin.repos as r where r.id = u.repo_id and u.repo_id = any(${ids}::bigint[])`.execute(db)
  await sql`
    update underpin.rebuilds as b set installation_id = r.installation_id
    from underpin.repos as r where r.id = b.repo_id and b.repo_id = any(${ids}::bigint[])`.execute(db)
  await sql`delete from underpin.decisions where repo_id = any(${ids}::bigint[])`.execute(db)
  await sql`
    update underpin.due_work as w set group_name = r.installation_id::text
    from underpin.repos as r where r.id = any(${ids}::bigint[])
      and ((w.kind in ('discover', 'decide') and w.key = r.id::text)
        or (w.kind = 'deliver' and w.key in (select u.key from underpin.updates as u where u.repo_id = r.id)))`.execute(db)
  await sql`
    update underpin.due_work set fence = nextval('underpin.fences'), lease_until = null
    where kind = 'decide' and key = any(${ids.map(String)}::text[]) and lease_until is not null`.execute(db)
}
