/** Update rows: how a row of the table is read, and what a new plan or a delivery makes of its state. Pure. */
import { branchName, formatUpdateKey, type FullLimit, type Offer, peopleOf, type Plan, type Update, type UpdateState } from '../../../domain/update.ts'
import { fromJsonText, toJsonText } from './storable.ts'
import type { UpdateTable } from './tables.ts'

/** The update that a row stands for. */
export function toUpdate(row: UpdateTable): Update {
  return {
    key: { repoId: row.repo_id, baseBranch: row.base_branch, group: row.group_name },
    installationId: row.installation_id,
    branch: row.branch,
    state: row.state,
    plan: storedPlan(row.plan_json),
    deliveredFingerprint: row.delivered_fingerprint,
    deliveredWords: row.delivered_words,
    deliveredDigests: row.delivered_digests as Offer[],
    deliveredLabels: row.delivered_labels,
    deliveredPeople: row.delivered_people,
    pullRequest: row.pull_request,
    headOid: row.head_oid,
    refusedDigests: row.refused_digests as Offer[],
    openedAt: row.opened_at,
    heldUntil: row.held_until,
    heldBy: row.held_by_json === null ? null : fromJsonText<FullLimit>(row.held_by_json),
  }
}

/** An earlier version of Underpin knew fewer fields. */
function storedPlan(text: string): Plan {
  const later = { reviewers: [], assignees: [], branchPrefix: 'underpin/' }
  return { ...later, ...fromJsonText<Plan>(text) }
}

/** What a row is when nothing was delivered yet. */
const nothingDelivered = {
  delivered_fingerprint: null,
  delivered_words: null,
  delivered_digests: [] as string[],
  delivered_labels: [] as string[],
  delivered_people: [] as string[],
  pull_request: null,
  head_oid: null,
  opened_at: null,
  is_admitted: false,
}

/** The row of a plan whose key has none. */
export function newRow(installationId: number, plan: Plan): UpdateTable {
  const { repoId, baseBranch, group } = plan.key
  return {
    key: formatUpdateKey(plan.key),
    repo_id: repoId,
    base_branch: baseBranch,
    group_name: group,
    installation_id: installationId,
    branch: branchName(plan.key, plan.branchPrefix),
    refused_digests: [],
    ...planned(plan),
    ...nothingDelivered,
  }
}

/**
 * What a plan changes in its row, and whether it has to be delivered; null where nothing changes: the plan is the one that is waiting or was
 * delivered, or a person's hand is on the branch. A plan equal to one that was merged or closed is an old look at the repo, or a reverted merge.
 */
export function replan(row: UpdateTable, plan: Plan): { readonly change: Partial<UpdateTable>; readonly isDue: boolean } | null {
  const isDelivered = row.delivered_fingerprint === plan.fingerprint
  const isOnGitHub = isDelivered && isShown(plan, row)
  const isWaiting = row.plan_fingerprint === plan.fingerprint
  switch (row.state) {
    case 'hands-off':
      return null
    case 'obsolete':
      return { change: { ...planned(plan), ...nothingDelivered }, isDue: true }
    case 'merged':
    case 'closed':
      return isDelivered ? null : { change: { ...planned(plan), ...nothingDelivered }, isDue: true }
    case 'open':
      return isOnGitHub && isWaiting ? null : { change: isOnGitHub ? { ...planned(plan), state: 'open' } : planned(plan), isDue: !isOnGitHub }
    case 'planned':
    case 'held':
      if (isOnGitHub && row.pull_request !== null) return { change: { ...planned(plan), state: 'open' }, isDue: false }
      if (isWaiting) return isSaidAlready(plan, storedPlan(row.plan_json)) ? null : { change: { plan_json: toJsonText(plan) }, isDue: false }
      return { change: planned(plan), isDue: true }
  }
}

/**
 * The state after a delivery says `wanted`. A plan that changed while the old one was being delivered is still to be delivered, and a row that
 * became obsolete meanwhile stays so, to be closed.
 */
export function stateAfter(row: UpdateTable, wanted: UpdateState, delivered: Pick<UpdateTable, 'delivered_fingerprint'> & Shown): UpdateState {
  if (row.state === 'obsolete' && (wanted === 'open' || wanted === 'held' || wanted === 'planned')) return 'obsolete'
  if (wanted !== 'open') return wanted
  const isDelivered = delivered.delivered_fingerprint === row.plan_fingerprint
  return isDelivered && isShown(storedPlan(row.plan_json), delivered) ? 'open' : 'planned'
}

/** Whether the plan that waits says what `plan` says. */
function isSaidAlready(plan: Plan, waiting: Plan): boolean {
  return isShown(plan, { delivered_words: waiting.wordsFingerprint, delivered_labels: [...waiting.labels], delivered_people: [...peopleOf(waiting)] })
}

type Shown = Pick<UpdateTable, 'delivered_words' | 'delivered_labels' | 'delivered_people'>

/** Whether nothing has to be said anew, nor a label given, nor a person told. */
function isShown(plan: Plan, shown: Shown): boolean {
  const isKnown = peopleOf(plan).every((person) => shown.delivered_people.includes(person))
  return isKnown && saysAll(plan, shown.delivered_words) && plan.labels.every((label) => shown.delivered_labels.includes(label))
}

/** Rows from before words had a fingerprint have none, and are left as they are. */
function saysAll(plan: Plan, deliveredWords: string | null): boolean {
  return deliveredWords === null || plan.wordsFingerprint === deliveredWords
}

function planned(plan: Plan): Pick<UpdateTable, 'state' | 'plan_json' | 'plan_fingerprint' | 'held_until' | 'held_by_json'> {
  return { state: 'planned', plan_json: toJsonText(plan), plan_fingerprint: plan.fingerprint, held_until: null, held_by_json: null }
}
