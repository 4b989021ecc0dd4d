/** The tables of schema `underpin`, as Kysely types. Columns called `…_json` hold JSON text written by `json-text.ts`. */
import type { Generated } from 'kysely'
import type { WorkKind } from '../../../domain/due-work.ts'
import type { RebuildState } from '../../../domain/rebuild.ts'
import type { FileMode } from '../../../domain/repo/repo.ts'
import type { UpdateState } from '../../../domain/update.ts'

export type Tables = {
  readonly due_work: DueWorkTable
  readonly inbox: InboxTable
  readonly installations: { readonly id: number }
  readonly repos: RepoTable
  readonly discoveries: DiscoveryTable
  readonly base_branches: BaseBranchTable
  readonly repo_files: RepoFileTable
  readonly image_uses: ImageUseTable
  readonly observations: ObservationTable
  readonly tag_faults: TagFaultTable
  readonly manifests: ManifestTable
  readonly unserved_digests: UnservedDigestTable
  readonly decisions: DecisionTable
  readonly updates: UpdateTable
  readonly admissions: AdmissionTable
  readonly rebuilds: RebuildTable
  readonly audit_trail: AuditTable
  readonly feed_parts: FeedPartTable
  readonly write_budgets: { readonly installation_id: number; readonly paused_until: Date | null }
  readonly write_spending: { readonly installation_id: number; readonly at: Date; readonly cost: number }
}

/** `due_at` stays while work is being done, so that a dead worker's is found again; `again_at` is what was scheduled meanwhile. */
export type DueWorkTable = {
  readonly kind: WorkKind
  readonly key: string
  readonly group_name: string
  readonly due_at: Date | null
  readonly again_at: Date | null
  readonly attempts: Generated<number>
  /** Not null from claim to finish or retry, past or not. */
  readonly lease_until: Date | null
  /** Drawn from one sequence, so that a row that was deleted and made again never repeats one. */
  readonly fence: Generated<number>
  readonly problem: string | null
}

type InboxTable = {
  readonly guid: string
  readonly event: string
  readonly body: Uint8Array | null
  readonly received_at: Date
  readonly done_at: Date | null
}

export type RepoTable = {
  readonly id: number
  readonly node_id: string
  readonly installation_id: number
  readonly owner: string
  readonly name: string
  readonly default_branch: string
  readonly is_archived: boolean
  readonly is_fork: boolean
  readonly is_private: boolean
  readonly may_write_workflows: boolean
  readonly pushed_at: Date | null
  /** Breaks the tie when two rows carry one name after a rename. */
  readonly saved_at: Generated<Date>
}

type DiscoveryTable = {
  readonly repo_id: number
  readonly policy_commit_oid: string
  readonly absent_branches: readonly string[]
  readonly extended_repo_id: number | null
  readonly extended_blob_oid: string | null
  readonly reader: string
  readonly policy_json: string
  readonly policy_problem: string | null
  readonly rebuild_since: Date | null
}

/** In the order in which the policy names them. */
type BaseBranchTable = { readonly repo_id: number; readonly position: number; readonly branch: string; readonly commit_oid: string }

type RepoFileTable = {
  readonly repo_id: number
  readonly position: number
  readonly branch: string
  readonly path: string
  readonly blob_oid: string
  readonly mode: FileMode
  readonly bytes: Uint8Array | null
}

/** `image_name`, `tag` and `pin` are set for followed uses only: they are what `reposUsing` looks for. */
type ImageUseTable = {
  readonly repo_id: number
  readonly position: number
  readonly branch: string
  readonly image_name: string | null
  readonly tag: string | null
  readonly pin: string | null
  readonly use_json: string
}

/** Of each tag one row at most has no `left_at`; a unique index keeps it so. */
export type ObservationTable = {
  readonly scope: string
  readonly image_name: string
  readonly tag: string
  readonly digest: string
  readonly first_seen: Date
  readonly last_seen: Date
  readonly left_at: Date | null
  readonly next: string | null
}

type TagFaultTable = { readonly scope: string; readonly image_name: string; readonly tag: string; readonly fault_json: string }

type ManifestTable = {
  readonly scope: string
  readonly image_name: string
  readonly digest: string
  readonly manifest_json: string
  readonly platform_json: string | null
  readonly served_at: Generated<Date | null>
}

type UnservedDigestTable = {
  readonly scope: string
  readonly image_name: string
  readonly digest: string
  readonly asked_at: Date
  /** Null in rows of an earlier version. */
  readonly since: Date | null
  readonly problem: string | null
}

type DecisionTable = {
  readonly repo_id: number
  readonly position: number
  readonly subject_json: string
  readonly decision_json: string
  readonly decided_at: Date
}

export type UpdateTable = {
  readonly key: string
  readonly repo_id: number
  readonly base_branch: string
  readonly group_name: string
  readonly installation_id: number
  readonly branch: string
  readonly state: UpdateState
  readonly plan_json: string
  readonly plan_fingerprint: string
  readonly delivered_fingerprint: string | null
  readonly delivered_words: string | null
  readonly delivered_digests: string[]
  readonly delivered_labels: string[]
  readonly delivered_people: string[]
  readonly pull_request: number | null
  readonly head_oid: string | null
  readonly refused_digests: string[]
  readonly opened_at: Date | null
  readonly held_until: Date | null
  readonly held_by_json: string | null
  /** Whether a place for its pull request was taken. */
  readonly is_admitted: boolean
}

/** One row per place given; what the hourly limits count. */
type AdmissionTable = { readonly installation_id: number; readonly repo_id: number; readonly admitted_at: Date }

/** One row per repo and cause, and per run. */
export type RebuildTable = {
  readonly id: string
  readonly repo_id: number
  readonly installation_id: number
  readonly cause: string
  readonly workflow: string | null
  readonly ref: string
  readonly inputs_json: string
  readonly state: RebuildState
  readonly tries: number
  readonly sent_at: Date | null
  readonly run_id: number | null
  readonly run_url: string | null
  readonly conclusion: string | null
  readonly asked_at: Date
}

type AuditTable = {
  readonly id: Generated<number>
  readonly at: Date
  readonly installation_id: number | null
  readonly repo_id: number | null
  readonly action: string
  readonly detail_json: string
}

/** Evidence beside this one (`inspections`, `layers`, `feed_items`, `feed_intake`) is asked for in SQL. Times are null until the part was first taken in or noted. */
export type FeedPartTable = {
  readonly id: Generated<number>
  readonly feed: string
  readonly part: string
  readonly etag: string | null
  readonly newest: string | null
  readonly items: number
  readonly bytes: number
  readonly fingerprint: string | null
  readonly changed_at: Date | null
  readonly checked_at: Date | null
  readonly alarm: string | null
  readonly revision: number
}
