/** All stores on PostgreSQL. */
import type { Pool } from 'pg'
import type { AdvisoryStore } from '../../../ports/advisory-store.ts'
import type { AuditTrail } from '../../../ports/audit-trail.ts'
import type { DecisionStore } from '../../../ports/decision-store.ts'
import type { DigestSearchStore } from '../../../ports/digest-search-store.ts'
import type { DueWorkStore } from '../../../ports/due-work-store.ts'
import type { InboxStore } from '../../../ports/inbox-store.ts'
import type { InstallableStore } from '../../../ports/installable-store.ts'
import type { InventoryStore } from '../../../ports/inventory-store.ts'
import type { ObservationStore } from '../../../ports/observation-store.ts'
import type { RebuildStore } from '../../../ports/rebuild-store.ts'
import type { RepoStore } from '../../../ports/repo-store.ts'
import type { TagListStore } from '../../../ports/tag-list-store.ts'
import type { UpdateStore } from '../../../ports/update-store.ts'
import type { WantedInspectionStore } from '../../../ports/wanted-inspection-store.ts'
import type { WantedTagStore } from '../../../ports/wanted-tag-store.ts'
import type { WriteBudget } from '../../../ports/write-budget.ts'
import { createAdvisoryStore } from './advisories.ts'
import { createAuditTrail } from './audit-trail.ts'
import { openDatabase } from './database.ts'
import { createDecisionStore } from './decisions.ts'
import { createDigestSearchStore } from './digest-searches.ts'
import { createDueWorkStore } from './due-work.ts'
import { createInboxStore } from './inbox.ts'
import { createInventoryStore } from './inventories.ts'
import { createObservationStore } from './observations.ts'
import { createRebuildStore } from './rebuilds.ts'
import { createRepoStore } from './repos.ts'
import { createTagListStore, createWantedTagStore } from './tag-lists.ts'
import { createUpdateStore } from './updates.ts'
import { createInstallableStore, createWantedInspectionStore } from './wanted-inspections.ts'
import { createWriteBudget, gitHubWriteLimits, type WriteLimits } from './write-budget.ts'

export { migrate } from './migrate.ts'
export { type Connection, openPool, type PoolOptions } from './pool.ts'

/** The memory: one store per noun. */
export type Stores = {
  readonly dueWork: DueWorkStore
  readonly inbox: InboxStore
  readonly repos: RepoStore
  readonly observations: ObservationStore
  readonly tagLists: TagListStore
  readonly wantedTags: WantedTagStore
  readonly searches: DigestSearchStore
  readonly decisions: DecisionStore
  readonly updates: UpdateStore
  readonly rebuilds: RebuildStore
  readonly inventories: InventoryStore
  readonly wantedInspections: WantedInspectionStore
  readonly advisories: AdvisoryStore
  readonly installables: InstallableStore
  readonly audit: AuditTrail
  readonly writeBudget: WriteBudget
}

/**
 * Stores on a migrated database (`migrate`). They use `pool` and never end it; each method takes one connection, for one transaction at most.
 * Faults of every method: `transient` (the database is down, overloaded or read-only), `unauthorized`, `missing` (it is not migrated).
 */
export function createPostgresStores(pool: Pool, { writeLimits = gitHubWriteLimits }: { readonly writeLimits?: WriteLimits } = {}): Stores {
  const db = openDatabase(pool)
  return {
    dueWork: createDueWorkStore(db),
    inbox: createInboxStore(db),
    repos: createRepoStore(db),
    observations: createObservationStore(db),
    tagLists: createTagListStore(db),
    wantedTags: createWantedTagStore(db),
    searches: createDigestSearchStore(db),
    decisions: createDecisionStore(db),
    updates: createUpdateStore(db),
    rebuilds: createRebuildStore(db),
    inventories: createInventoryStore(db),
    wantedInspections: createWantedInspectionStore(db),
    advisories: createAdvisoryStore(db),
    installables: createInstallableStore(db),
    audit: createAuditTrail(db),
    writeBudget: createWriteBudget(db, writeLimits),
  }
}
