/** Deliver: makes GitHub look as the plan says, one open pull request per update key, reading back before every write. */
import type { Json } from '../lib/json.ts'
import { splice } from '../lib/span.ts'
import { type Claim, decideWork, deliverWork, discoverWork, work } from '../domain/due-work.ts'
import { Fault, isFault } from '../domain/fault.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { branchName, formatUpdateKey, type Update } from '../domain/update.ts'
import { removeBodyMarker } from '../domain/update-marker.ts'
import { handsOffMarker, renderHandsOffComment } from '../render/hands-off-comment.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { CommitFile, Proposal, PullRequestStanding, RepoChanges, Standing } from '../ports/repo-changes.ts'
import type { Discovery, RepoStore } from '../ports/repo-store.ts'
import type { OpenLimits, UpdateStore } from '../ports/update-store.ts'

export type DeliverPorts = {
  readonly repoChanges: RepoChanges
  readonly repos: Pick<RepoStore, 'read' | 'discovery'>
  readonly updates: Pick<UpdateStore, 'read' | 'ofRepo' | 'admit' | 'record'>
  readonly dueWork: Pick<DueWorkStore, 'schedule' | 'renew'>
  readonly audit: AuditTrail
  readonly leaseMs: number
  readonly pullRequestsPerInstallationAndHour: number
}

/** What came of one update: when to look again (null: when somebody asks), or the fault that stopped it. */
export type Delivered = { readonly claim: Claim; readonly next: Date | null } | { readonly claim: Claim; readonly fault: Fault }

/** A file that was not as planned is read anew; the plan that comes of it is waited for this long, ms. */
const lookAgainMs = 60_000
/** How often an update is looked at that waits for something of which a webhook tells, ms: a free place, a repo that is opened up again. */
const waitMs = 60 * 60 * 1000

type Delivery = { readonly claim: Claim; readonly update: Update; readonly repo: Repo; readonly discovery: Discovery }

/** Delivers the updates that the claims name (all of one installation, at most 25): one look-up for all, then each by itself. Raises GitHub's faults of the look-up. */
export async function deliver(
  ports: DeliverPorts,
  installationId: number,
  claims: readonly Claim[],
  asOf: Date,
  signal: AbortSignal,
): Promise<readonly Delivered[]> {
  const deliveries: Delivery[] = []
  const done: Delivered[] = []
  for (const claim of claims) {
    const update = await ports.updates.read(claim.key)
    const repo = update === null ? null : await ports.repos.read(update.key.repoId)
    const discovery = repo === null ? null : await ports.repos.discovery(repo.id)
    if (update === null || repo === null || discovery === null) done.push({ claim, next: null })
    else if (repo.isArchived) done.push({ claim, next: later(asOf, waitMs) })
    else deliveries.push({ claim, update, repo, discovery })
  }
  if (deliveries.length === 0) return done
  const asked = deliveries.map(({ update, repo }) => ({
    repo,
    baseBranch: update.key.baseBranch,
    branch: update.branch,
    paths: update.plan.changes.map(({ path }) => path),
  }))
  const standings = await ports.repoChanges.lookUp(installationId, asked)
  let limit: Fault | null = null
  for (const [index, delivery] of deliveries.entries()) {
    const { claim } = delivery
    const standing = standings[index] ?? null
    if (limit !== null || signal.aborted) {
      done.push({ claim, fault: limit ?? new Fault('transient', 'stopped before this update was delivered') })
      continue
    }
    try {
      const isMine = await ports.dueWork.renew(claim, ports.leaseMs)
      if (!isMine) done.push({ claim, next: null })
      else done.push({ claim, next: standing === null ? await unseen(ports, delivery, asOf) : await deliverOne(ports, delivery, standing, asOf) })
    } catch (error) {
      if (!isFault(error)) throw error
      if (error.kind === 'rate-limited') limit = error
      done.push({ claim, fault: error })
    }
  }
  return done
}

/** GitHub shows us no such repo: the installation is compared, which forgets it, and an update that is still remembered after that has its turn later. */
async function unseen({ dueWork }: DeliverPorts, { update }: Delivery, asOf: Date): Promise<Date> {
  await dueWork.schedule([work('installation', update.installationId, asOf)])
  return later(asOf, waitMs)
}

async function deliverOne(ports: DeliverPorts, delivery: Delivery, standing: Standing, asOf: Date): Promise<Date | null> {
  const { claim, update, repo, discovery } = delivery
  const { plan } = update
  const { pullRequest, branch } = standing
  if (pullRequest !== null && pullRequest.state !== 'open' && endsUpdate(update, pullRequest)) return ended(ports, delivery, pullRequest, asOf)
  const open = pullRequest?.state === 'open' ? pullRequest : null
  if (update.state === 'obsolete') return closed(ports, delivery, standing, open, asOf)
  if (update.state === 'hands-off') return null
  if ((branch !== null && !branch.isOurs) || (open !== null && !open.isOurs)) return handsOff(ports, delivery, open, asOf)
  if (standing.baseOid === null) throw new Fault('missing', `the branch ${update.key.baseBranch} is gone`)
  if (standing.isPrefixTaken && update.branch.startsWith('underpin/')) {
    await ports.updates.record(claim, { branch: branchName(update.key, 'underpin-') })
    return asOf
  }
  if (plan.changes.some(({ path, blobOid }) => standing.files.get(path)?.blobOid !== blobOid)) {
    await ports.dueWork.schedule([discoverWork(repo.id, update.installationId, asOf)])
    // A file that has changed back meanwhile gives the plan that waits here already, and nobody would ask for it again.
    return later(asOf, lookAgainMs)
  }
  const proposal: Proposal = {
    repo,
    baseBranch: update.key.baseBranch,
    branch: update.branch,
    baseOid: standing.baseOid,
    commitMessage: plan.commitMessage,
    files: filesOf(delivery, standing),
  }
  const isCommitted = branch?.fingerprint === plan.fingerprint
  if (open === null) {
    const { maxOpenPullRequests, maxPullRequestsPerHour } = discovery.policy
    const limits: OpenLimits = {
      openPerRepo: maxOpenPullRequests,
      perRepoAndHour: maxPullRequestsPerHour,
      perInstallationAndHour: ports.pullRequestsPerInstallationAndHour,
    }
    const place = await ports.updates.admit(claim, limits, asOf)
    if (place.kind === 'full') {
      await ports.updates.record(claim, { state: 'held', heldUntil: place.until })
      if (place.until !== null) return place.until
      await lookAtOpen(ports, update, asOf)
      return later(asOf, waitMs)
    }
  }
  const headOid = isCommitted && branch !== null ? branch.oid : (await commit(ports, proposal, standing)).commitOid
  if (!isCommitted) await note(ports, delivery, asOf, 'branch written', { branch: update.branch, commit: headOid })
  await ports.updates.record(claim, { headOid })
  if (open !== null && open.fingerprint !== plan.fingerprint) await ports.repoChanges.describe(repo, open.number, plan)
  const request = open ?? (await ports.repoChanges.open(repo, { baseBranch: update.key.baseBranch, branch: update.branch, title: plan.title, body: plan.body }))
  const isNew = update.pullRequest !== request.number
  await note(ports, delivery, asOf, open === null ? 'pull request opened' : isNew ? 'pull request adopted' : 'pull request moved', { number: request.number })
  if (isNew && plan.labels.length > 0) await ports.repoChanges.label(repo, request.number, plan.labels)
  const opened = isNew ? { pullRequest: request.number, openedAt: asOf } : {}
  await ports.updates.record(claim, { state: 'open', ...opened, deliveredFingerprint: plan.fingerprint, deliveredDigests: plan.digests, heldUntil: null })
  return null
}

/** Whether a pull request that is no longer open is the one of this row's present life; an older one on the same branch is not. */
function endsUpdate(update: Update, { number, fingerprint }: PullRequestStanding): boolean {
  return update.pullRequest === null ? fingerprint === update.plan.fingerprint : number === update.pullRequest
}

async function ended(ports: DeliverPorts, { claim, update }: Delivery, pullRequest: PullRequestStanding, asOf: Date): Promise<null> {
  if (pullRequest.state === 'merged') await ports.updates.record(claim, { state: 'merged', pullRequest: pullRequest.number })
  else if (update.state !== 'obsolete') {
    const refuse = pullRequest.fingerprint === update.plan.fingerprint ? update.plan.digests : update.deliveredDigests
    await ports.updates.record(claim, { state: 'closed', pullRequest: pullRequest.number, refuse })
  }
  await wakeHeld(ports, update, asOf)
  // A newer plan that was to move the pull request that has ended is decided about anew.
  await ports.dueWork.schedule([decideWork(update.key.repoId, update.installationId, asOf)])
  return null
}

/** Pull requests that take all the places may have been closed or merged without a webhook that told us. */
async function lookAtOpen({ updates, dueWork }: DeliverPorts, { key, installationId }: Update, asOf: Date): Promise<void> {
  const open = (await updates.ofRepo(key.repoId)).filter(({ pullRequest, state }) => pullRequest !== null && (state === 'open' || state === 'planned'))
  await dueWork.schedule(open.map((update) => deliverWork(formatUpdateKey(update.key), installationId, asOf)))
}

/** A place is free: updates of the repo that a limit kept back are tried again. */
async function wakeHeld({ updates, dueWork }: DeliverPorts, { key, installationId }: Update, asOf: Date): Promise<void> {
  const held = (await updates.ofRepo(key.repoId)).filter(({ state }) => state === 'held')
  await dueWork.schedule(held.map((update) => deliverWork(formatUpdateKey(update.key), installationId, asOf)))
}

async function closed(ports: DeliverPorts, delivery: Delivery, { branch }: Standing, open: PullRequestStanding | null, asOf: Date): Promise<null> {
  const { update, repo } = delivery
  if (open === null || !open.isOurs || branch === null || !branch.isOurs) return null
  await ports.repoChanges.close(repo, open.number, update.branch, branch.oid, removeBodyMarker(update.plan.body))
  await note(ports, delivery, asOf, 'pull request closed', { number: open.number, why: 'nothing is left to change' })
  await wakeHeld(ports, update, asOf)
  return null
}

async function handsOff(ports: DeliverPorts, delivery: Delivery, open: PullRequestStanding | null, asOf: Date): Promise<null> {
  if (open?.isOurs) await ports.repoChanges.comment(delivery.repo, open.number, handsOffMarker, renderHandsOffComment())
  await ports.updates.record(delivery.claim, { state: 'hands-off', ...(open === null ? {} : { pullRequest: open.number }) })
  await note(ports, delivery, asOf, 'hands off', { branch: delivery.update.branch })
  return null
}

function commit({ repoChanges }: DeliverPorts, proposal: Proposal, { branch, baseOid }: Standing): Promise<{ readonly commitOid: string }> {
  if (branch === null) return repoChanges.propose(proposal)
  if (branch.oid === baseOid) return repoChanges.commit({ ...proposal, expectedHeadOid: branch.oid })
  return repoChanges.amend({ ...proposal, beforeOid: branch.oid })
}

function filesOf({ update, discovery }: Delivery, { files }: Standing): readonly CommitFile[] {
  return update.plan.changes.map(({ path, blobOid, replacements }) => {
    const file = discovery.files.find((candidate) => candidate.path === path && candidate.blobOid === blobOid)
    if (file === undefined) throw new Fault('conflict', `${path} changed since it was planned`)
    return { path, mode: files.get(path)?.mode ?? file.mode, bytes: splice(file.bytes, replacements) }
  })
}

function later(asOf: Date, ms: number): Date {
  return new Date(asOf.getTime() + ms)
}

function note({ audit }: DeliverPorts, { update, repo }: Delivery, at: Date, action: string, detail: Record<string, Json>): Promise<void> {
  return audit.append({ at, installationId: update.installationId, repoId: repo.id, action, detail: { ...detail, plan: update.plan.fingerprint } })
}
