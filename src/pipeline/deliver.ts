/** Deliver: makes GitHub look as the plan says, one open pull request per update key, reading back before every write. */
import type { Json } from '../lib/json.ts'
import { splice } from '../lib/span.ts'
import { type Claim, decideWork, deliverWork, discoverWork, work } from '../domain/due-work.ts'
import { Fault, isFault } from '../domain/fault.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { branchName, formatUpdateKey, nextBranchName, peopleOf, type Update } from '../domain/update.ts'
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

/** What came of one update: when to look again (null: when somebody asks), or what stopped it: a `Fault`, or anything else for a bug. */
export type Delivered = { readonly claim: Claim; readonly next: Date | null } | { readonly claim: Claim; readonly fault: unknown }

/** A file that was not as planned is read anew; the plan that comes of it is waited for this long, ms. */
const lookAgainMs = 60_000
/** How often an update is looked at that waits for something of which a webhook tells, ms: a free place, a repo that is opened up again. */
const waitMs = 60 * 60 * 1000
/** How often a pull request is looked at of which no webhook tells, ms: what a lost webhook costs at most. */
const dayMs = 24 * waitMs

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
    if (update === null || repo === null) done.push({ claim, next: null })
    else if (discovery === null || repo.isArchived) done.push({ claim, next: later(asOf, waitMs) })
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
      if (isFault(error) && error.kind === 'rate-limited') limit = error
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
  const { claim, update, repo } = delivery
  const { pullRequest, branch } = standing
  const open = pullRequest?.state === 'open' ? pullRequest : null
  const ending = pullRequest !== null && open === null && endsUpdate(update, pullRequest) ? pullRequest : null
  if (update.state === 'obsolete' && ending?.state !== 'merged') return takenAway(ports, delivery, standing, open, asOf)
  if (ending !== null) return ended(ports, delivery, ending, standing, asOf)
  // A merged or closed row starts anew with the next plan, not here.
  if (open === null && (update.state === 'merged' || update.state === 'closed')) return null
  if (update.state === 'hands-off') return later(asOf, dayMs)
  // What a person left behind, or made under our name, is never written to.
  if (branch !== null && !branch.isOurs && open === null && update.pullRequest === null) {
    await ports.updates.record(claim, { branch: nextBranchName(update.branch) }, asOf)
    return asOf
  }
  if ((branch !== null && !branch.isOurs) || (open !== null && !open.isOurs)) return handsOff(ports, delivery, open, asOf)
  if (standing.baseOid === null) throw new Fault('missing', `the branch ${update.key.baseBranch} is gone`)
  const [prefix = '', rest] = update.branch.split('/')
  if (standing.isPrefixTaken && rest !== undefined) {
    await ports.updates.record(claim, { branch: branchName(update.key, `${prefix}-`) }, asOf)
    return asOf
  }
  if (update.plan.changes.some(({ path, blobOid }) => standing.files.get(path)?.blobOid !== blobOid)) {
    await ports.dueWork.schedule([discoverWork(repo.id, update.installationId, asOf)])
    // A file that has changed back meanwhile gives the plan that waits here already, and nobody would ask for it again.
    return later(asOf, lookAgainMs)
  }
  return (open === null ? await held(ports, delivery, asOf) : null) ?? offered(ports, delivery, standing, standing.baseOid, open, asOf)
}

/** Takes a place for a new pull request; when to try again where a limit is full, which the repo's decisions then say. */
async function held(ports: DeliverPorts, { claim, update, discovery }: Delivery, asOf: Date): Promise<Date | null> {
  const { maxOpenPullRequests, maxPullRequestsPerHour } = discovery.policy
  const limits: OpenLimits = {
    openPerRepo: maxOpenPullRequests,
    perRepoAndHour: maxPullRequestsPerHour,
    perInstallationAndHour: ports.pullRequestsPerInstallationAndHour,
  }
  const place = await ports.updates.admit(claim, limits, asOf)
  if (place.kind === 'admitted') return null
  const { limit, most, until } = place
  await ports.updates.record(claim, { state: 'held', heldUntil: until, heldBy: { limit, most } }, asOf)
  const { heldBy, heldUntil } = update
  if (heldBy?.limit !== limit || heldBy.most !== most || heldUntil?.getTime() !== until?.getTime()) await decideAgain(ports, update, asOf)
  if (until !== null) return until
  await lookAtOpen(ports, update, asOf)
  return later(asOf, waitMs)
}

/** Writes what is not on GitHub yet: the commit, the pull request, its words, its labels. */
async function offered(
  ports: DeliverPorts,
  delivery: Delivery,
  standing: Standing,
  baseOid: string,
  open: PullRequestStanding | null,
  asOf: Date,
): Promise<Date> {
  const { claim, update, repo } = delivery
  const { plan, branch, key } = update
  let headOid = standing.branch?.oid ?? null
  if (standing.branch?.fingerprint !== plan.fingerprint) {
    const files = filesOf(delivery, standing)
    const proposal: Proposal = { repo, baseBranch: key.baseBranch, branch, baseOid, commitMessage: plan.commitMessage, files }
    headOid = (await commit(ports, proposal, standing)).commitOid
    await note(ports, delivery, asOf, 'branch written', { branch, commit: headOid })
  }
  await ports.updates.record(claim, { headOid }, asOf)
  const request = open ?? (await ports.repoChanges.open(repo, { baseBranch: key.baseBranch, branch, title: plan.title, body: plan.body }))
  const { number } = request
  const isNew = update.pullRequest !== number
  // At once: whatever fails below must not leave a pull request of which no row knows.
  if (isNew) await ports.updates.record(claim, { pullRequest: number, openedAt: asOf }, asOf)
  if (isNew) await note(ports, delivery, asOf, open === null ? 'pull request opened' : 'pull request adopted', { number })
  const isMoved = open !== null && open.fingerprint !== plan.fingerprint
  if (isMoved || (open !== null && update.deliveredWords !== null && update.deliveredWords !== plan.wordsFingerprint)) {
    await ports.repoChanges.describe(repo, number, plan)
    if (!isNew) await note(ports, delivery, asOf, isMoved ? 'pull request moved' : 'pull request described anew', { number })
  }
  const labels = plan.labels.filter((label) => isNew || !update.deliveredLabels.includes(label))
  if (labels.length > 0) {
    await ports.repoChanges.label(repo, number, labels)
    await note(ports, delivery, asOf, 'pull request labelled', { number })
  }
  await showToPeople(ports, delivery, number, isNew ? [] : update.deliveredPeople, asOf)
  const delivered = {
    deliveredFingerprint: plan.fingerprint,
    deliveredWords: plan.wordsFingerprint,
    deliveredDigests: plan.digests,
    deliveredLabels: plan.labels,
  }
  await ports.updates.record(claim, { state: 'open', ...delivered, heldUntil: null, heldBy: null }, asOf)
  if (update.heldBy !== null) await decideAgain(ports, update, asOf)
  return later(asOf, dayMs)
}

/** Asks for reviews and assigns, each person once; whom GitHub refuses is noted, and not asked again. */
async function showToPeople(ports: DeliverPorts, delivery: Delivery, number: number, asked: readonly string[], asOf: Date): Promise<void> {
  const { claim, update, repo } = delivery
  const reviewers = update.plan.reviewers.filter((name) => !asked.includes(`reviewer ${name}`))
  const assignees = update.plan.assignees.filter((name) => !asked.includes(`assignee ${name}`))
  if (reviewers.length === 0 && assignees.length === 0) return
  const unasked = await ports.repoChanges.requestReviews(repo, number, reviewers)
  const unassigned = await ports.repoChanges.assign(repo, number, assignees)
  const people = peopleOf({ reviewers, assignees })
  await ports.updates.record(claim, { deliveredPeople: [...asked, ...people] }, asOf)
  const refused = [...unasked.refused, ...unassigned.refused]
  await note(ports, delivery, asOf, refused.length === 0 ? 'pull request shown' : 'people refused', { number, people, refused })
}

/** Whether a pull request that is no longer open is the one of this row's present life, or a newer one; an older one on the same branch is not. */
function endsUpdate(update: Update, { number, fingerprint }: PullRequestStanding): boolean {
  return update.pullRequest === null ? fingerprint === update.plan.fingerprint : number >= update.pullRequest
}

/** With a base branch GitHub closes its pull requests: then nobody has said no. */
async function ended(ports: DeliverPorts, { claim, update }: Delivery, pullRequest: PullRequestStanding, { baseOid }: Standing, asOf: Date): Promise<null> {
  const { number } = pullRequest
  if (pullRequest.state === 'merged') await ports.updates.record(claim, { state: 'merged', pullRequest: number }, asOf)
  else {
    const offered = pullRequest.fingerprint === update.plan.fingerprint ? update.plan.digests : update.deliveredDigests
    const refuse = baseOid === null ? [] : offered
    await ports.updates.record(claim, { state: 'closed', pullRequest: number, refuse }, asOf)
  }
  await wakeHeld(ports, update, asOf)
  // A newer plan that was to move the pull request that has ended is decided about anew.
  await decideAgain(ports, update, asOf)
  return null
}

async function decideAgain({ dueWork }: DeliverPorts, { key, installationId }: Update, asOf: Date): Promise<void> {
  await dueWork.schedule([decideWork(key.repoId, installationId, asOf)])
}

/** Pull requests that take all the places may have been closed or merged without a webhook that told us. */
async function lookAtOpen({ updates, dueWork }: DeliverPorts, { key, installationId }: Update, asOf: Date): Promise<void> {
  const open = (await updates.ofRepo(key.repoId)).filter(({ pullRequest, state }) => pullRequest !== null && (state === 'open' || state === 'planned'))
  await dueWork.schedule(open.map((update) => deliverWork(formatUpdateKey(update.key), installationId, asOf)))
}

/** A place is free: updates of the repo that a limit kept back are tried again. */
async function wakeHeld({ updates, dueWork }: DeliverPorts, { key, installationId }: Update, asOf: Date): Promise<void> {
  const waiting = (await updates.ofRepo(key.repoId)).filter(({ state }) => state === 'held')
  await dueWork.schedule(waiting.map((update) => deliverWork(formatUpdateKey(update.key), installationId, asOf)))
}

/** Nothing is left to change: our pull request is closed and our branch deleted, whichever of them there is. */
async function takenAway(
  ports: DeliverPorts,
  delivery: Delivery,
  { branch, pullRequest }: Standing,
  open: PullRequestStanding | null,
  asOf: Date,
): Promise<Date | null> {
  const { update, repo } = delivery
  // A look-up that lags: without its words changed, closing would look like a person's refusal.
  if (branch !== null && (pullRequest?.number ?? 0) < (update.pullRequest ?? 0)) return later(asOf, waitMs)
  if (branch?.isOurs && open?.isOurs) {
    await ports.repoChanges.close(repo, open.number, update.branch, branch.oid, removeBodyMarker(update.plan.body))
    await note(ports, delivery, asOf, 'pull request closed', { number: open.number, why: 'nothing is left to change' })
  } else if (branch?.isOurs && open === null) {
    await ports.repoChanges.remove(repo, update.branch, branch.oid)
    await note(ports, delivery, asOf, 'branch deleted', { branch: update.branch, why: 'nothing is left to change' })
  }
  await wakeHeld(ports, update, asOf)
  return null
}

/** Said once; looked at again daily, until that pull request has ended. */
async function handsOff(ports: DeliverPorts, delivery: Delivery, open: PullRequestStanding | null, asOf: Date): Promise<Date> {
  const { claim, repo, update } = delivery
  if (open !== null) {
    await ports.repoChanges.comment(repo, open.number, handsOffMarker, renderHandsOffComment(open.isOurs ? 'commit' : 'pull-request'))
    await note(ports, delivery, asOf, 'pull request commented on', { number: open.number })
  }
  await ports.updates.record(claim, { state: 'hands-off', ...(open === null ? {} : { pullRequest: open.number }) }, asOf)
  await note(ports, delivery, asOf, 'hands off', { branch: update.branch })
  await wakeHeld(ports, update, asOf)
  await decideAgain(ports, update, asOf)
  return later(asOf, dayMs)
}

function commit({ repoChanges }: DeliverPorts, proposal: Proposal, { branch, baseOid }: Standing): Promise<{ readonly commitOid: string }> {
  if (branch === null) return repoChanges.propose(proposal)
  if (branch.oid === baseOid) return repoChanges.commit({ ...proposal, expectedHeadOid: branch.oid })
  return repoChanges.amend({ ...proposal, beforeOid: branch.oid })
}

function filesOf({ update, discovery }: Delivery, { files }: Standing): readonly CommitFile[] {
  return update.plan.changes.map(({ path, blobOid, replacements }) => {
    const base = discovery.branches.find(({ branch }) => branch === update.key.baseBranch)
    const file = base?.files.find((candidate) => candidate.path === path && candidate.blobOid === blobOid)
    if (file === undefined || file.bytes === null) throw new Fault('conflict', `${path} changed since it was planned`)
    return { path, mode: files.get(path)?.mode ?? file.mode, bytes: splice(file.bytes, replacements) }
  })
}

function later(asOf: Date, ms: number): Date {
  return new Date(asOf.getTime() + ms)
}

function note({ audit }: DeliverPorts, { update, repo }: Delivery, at: Date, action: string, detail: Record<string, Json>): Promise<void> {
  return audit.append({ at, installationId: update.installationId, repoId: repo.id, action, detail: { ...detail, plan: update.plan.fingerprint } })
}
