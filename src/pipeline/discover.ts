/** Discover: the image uses of repos, their policy, and which upstream questions they raise. */
import { type Claim, decideWork, discoverWork } from '../domain/due-work.ts'
import { Fault, isFault } from '../domain/fault.ts'
import { defaultPolicy } from '../domain/repo/default-policy.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { renderPolicyIssue } from '../render/policy-issue.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { RepoFiles } from '../ports/repo-files.ts'
import type { RepoIssues } from '../ports/repo-issues.ts'
import type { BaseBranch, Discovery, RepoStore } from '../ports/repo-store.ts'
import type { UntrustedParse } from '../ports/untrusted-parse.ts'
import { readBasePolicy } from './discover/base-policy.ts'
import { type PolicyInForce, readPolicy, withoutBranches } from './discover/policy-in-force.ts'
import { readBranch } from './discover/read-branch.ts'
import { readSnapshots, type Snapshot } from './discover/snapshot.ts'

export type DiscoverPorts = {
  readonly repoFiles: RepoFiles
  readonly repoIssues: RepoIssues
  readonly repos: Pick<RepoStore, 'read' | 'find' | 'looks' | 'discovery' | 'saveDiscovery'>
  readonly parse: UntrustedParse
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly audit: Pick<AuditTrail, 'append'>
  /** Names this version and its formats. */
  readonly reader: string
}

/** What came of the look into one repo: nothing more to do, or what stopped it: a `Fault`, or anything else for a bug. */
export type Discovered = { readonly claim: Claim; readonly next: null } | { readonly claim: Claim; readonly fault: unknown }

const policyTopic = 'policy-file'

type Look = { readonly claim: Claim; readonly repo: Repo; readonly before: Discovery | null }
/** `seen` is empty for an empty repo, `kept` while all branches that are watched are gone: the look before still counts. */
type Found = {
  readonly look: Look
  readonly inForce: PolicyInForce
  readonly absentBranches: readonly string[]
  readonly home: Snapshot | null
  readonly seen: readonly Snapshot[] | 'kept'
}

/**
 * One look into each repo that the claims name (all of one installation, at most 25): three requests for all of them, fewer when blobs are known.
 * The policy stands on the default branch; where it names other base branches, the uses are read there. Each claim has an outcome of its own.
 */
export async function discover(
  ports: DiscoverPorts,
  installationId: number,
  claims: readonly Claim[],
  asOf: Date,
  signal: AbortSignal,
): Promise<readonly Discovered[]> {
  const looks: Look[] = []
  const done: Discovered[] = []
  for (const claim of claims) {
    const repo = await ports.repos.read(Number(claim.key))
    if (repo === null || repo.isArchived) done.push({ claim, next: null })
    else looks.push({ claim, repo, before: await ports.repos.discovery(repo.id) })
  }
  return [...done, ...(await lookInto(ports, installationId, looks, asOf, signal))]
}

/** A fault that comes again may be one repo's: then each is read alone, so that the others go on. */
async function lookInto(ports: DiscoverPorts, installationId: number, looks: readonly Look[], asOf: Date, signal: AbortSignal): Promise<readonly Discovered[]> {
  const found = await readLooks(ports, installationId, looks).catch((fault: unknown) => ({ fault }))
  if (!('fault' in found)) {
    const storeOf = (look: Look) => async () => {
      for (const one of found) if (one.look === look) await store(ports, one, asOf)
    }
    return eachAlone(
      looks.map((look) => ({ claim: look.claim, run: storeOf(look) })),
      signal,
    )
  }
  const isFirstTry = looks.every(({ claim }) => claim.attempts === 0)
  if (looks.length === 1 || isFirstTry || isLimit(found.fault)) return looks.map(({ claim }) => ({ claim, fault: found.fault }))
  const alone = async (look: Look) => {
    for (const one of await readLooks(ports, installationId, [look])) await store(ports, one, asOf)
  }
  return eachAlone(
    looks.map((look) => ({ claim: look.claim, run: () => alone(look) })),
    signal,
  )
}

/** Nothing is asked any more once GitHub said to wait. */
async function eachAlone(tasks: readonly { readonly claim: Claim; readonly run: () => Promise<void> }[], signal: AbortSignal): Promise<readonly Discovered[]> {
  const done: Discovered[] = []
  let limit: unknown = null
  for (const { claim, run } of tasks) {
    if (limit !== null || signal.aborted) {
      done.push({ claim, fault: limit ?? new Fault('transient', 'stopped before this repo was looked into') })
      continue
    }
    try {
      await run()
      done.push({ claim, next: null })
    } catch (fault) {
      if (isLimit(fault)) limit = fault
      done.push({ claim, fault })
    }
  }
  return done
}

function isLimit(fault: unknown): boolean {
  return isFault(fault) && fault.kind === 'rate-limited'
}

async function readLooks(ports: DiscoverPorts, installationId: number, looks: readonly Look[]): Promise<readonly Found[]> {
  const snapshotsOf = (wanted: readonly { readonly look: Look; readonly branch: string | null }[]) =>
    readSnapshots(
      ports.repoFiles,
      installationId,
      wanted.map(({ look, branch }) => ({ repo: look.repo, before: known(ports, look.before), branch })),
    )
  const homes = await snapshotsOf(looks.map((look) => ({ look, branch: null })))
  const found: Found[] = []
  const read: { readonly look: Look; readonly home: Snapshot; readonly inForce: PolicyInForce }[] = []
  for (const [index, look] of looks.entries()) {
    const home = homes[index] ?? null
    const reading = { parse: ports.parse, owner: look.repo.owner, basePolicy: () => readBasePolicy(ports, look.repo) }
    if (home !== null) read.push({ look, home, inForce: await readPolicy(reading, look.before, home) })
    // A repo that had files and shows none now is as good as gone: the installation's next comparison forgets it.
    else if (look.before === null)
      found.push({ look, home: null, seen: [], inForce: { policy: defaultPolicy, policyProblem: null, extended: null }, absentBranches: [] })
  }
  const branchesOf = async (some: readonly { readonly look: Look; readonly home: Snapshot; readonly branches: readonly string[] }[]) => {
    const named = some.flatMap(({ look, home, branches }) => branches.filter((branch) => branch !== home.branch).map((branch) => ({ look, branch })))
    const snapshots = await snapshotsOf(named)
    return some.map(({ look, home, branches }) =>
      branches.map((branch) => (branch === home.branch ? home : (snapshots[named.findIndex((one) => one.look === look && one.branch === branch)] ?? null))),
    )
  }
  const wanted = read.map((one) => ({ ...one, branches: baseBranches(one.inForce.policy, one.home) }))
  const seenBranches = await branchesOf(wanted)
  const lost: typeof wanted = []
  for (const [index, one] of wanted.entries()) {
    const snapshots = seenBranches[index] ?? []
    const seen = snapshots.filter((snapshot) => snapshot !== null)
    const absentBranches = one.branches.filter((_, at) => snapshots[at] === null)
    const inForce = absentBranches.length === 0 ? one.inForce : withoutBranches(one.inForce, absentBranches, seen.length > 0, one.look.before)
    if (seen.length > 0) found.push({ look: one.look, home: one.home, seen, inForce, absentBranches })
    else lost.push({ ...one, inForce, branches: baseBranches(inForce.policy, one.home).filter((branch) => !absentBranches.includes(branch)) })
  }
  const lastBranches = await branchesOf(lost)
  for (const [index, { look, home, inForce }] of lost.entries()) {
    const seen = (lastBranches[index] ?? []).filter((snapshot) => snapshot !== null)
    const absentBranches = wanted.find((one) => one.look === look)?.branches ?? []
    found.push({ look, home, inForce, absentBranches, seen: seen.length > 0 ? seen : 'kept' })
  }
  return found
}

/** The branches that pull requests go to. */
function baseBranches({ baseBranches: named }: Policy, home: Snapshot): readonly string[] {
  return named.length === 0 ? [home.branch] : named
}

/** What another version of us took for a file without images may hold some. */
function known({ reader }: DiscoverPorts, before: Discovery | null): Discovery | null {
  if (before === null || before.reader === reader) return before
  const withBytes = (one: BaseBranch): BaseBranch => ({ ...one, files: one.files.filter(({ bytes }) => bytes !== null) })
  const [first, ...others] = before.branches
  return { ...before, branches: [withBytes(first), ...others.map(withBytes)] }
}

async function store(ports: DiscoverPorts, found: Found, asOf: Date): Promise<void> {
  const { claim, repo, before } = found.look
  const branches: BaseBranch[] = []
  if (found.seen !== 'kept') for (const snapshot of found.seen) branches.push(await readBranch(ports.parse, snapshot))
  const discovery = discoveryOf(ports, found, branches, asOf)
  if (!(await ports.repos.saveDiscovery(claim, repo.id, discovery))) return
  await ports.dueWork.schedule([decideWork(repo.id, repo.installationId, asOf)])
  await wakeExtending(ports, repo, discovery, asOf)
  const seen = found.seen === 'kept' ? [] : found.seen
  if (seen.some(({ isPartial }) => isPartial) || found.home?.isPartial === true)
    await note(ports, repo, asOf, 'repo too large to list', { commit: discovery.branches[0].commitOid, known: discovery.branches[0].files.length })
  await reportPolicy(ports, found.look, discovery, before, asOf)
}

/** Repos whose policy extends the one of this repo as it was before. */
async function wakeExtending({ repos, dueWork }: DiscoverPorts, repo: Repo, { policyCommitOid }: Discovery, asOf: Date): Promise<void> {
  if (repo.name !== '.github') return
  const looks = await repos.looks(repo.installationId)
  const behind = looks.filter(({ repoId, extended }) => repoId !== repo.id && extended?.repoId === repo.id && extended.commitOid !== policyCommitOid)
  await dueWork.schedule(behind.map(({ repoId }) => discoverWork(repoId, repo.installationId, asOf)))
}

function discoveryOf(
  { reader }: DiscoverPorts,
  { look: { repo, before }, home, seen, inForce, absentBranches }: Found,
  read: readonly BaseBranch[],
  asOf: Date,
): Discovery {
  const [first, ...others] = read
  const none: BaseBranch = { branch: repo.defaultBranch, commitOid: '', files: [], uses: [] }
  const rest = { ...inForce, policyCommitOid: home?.commitOid ?? '', absentBranches, rebuildSince: rebuildStart(before, inForce.policy, asOf) }
  if (seen === 'kept') return { branches: before?.branches ?? [none], reader: before?.reader ?? reader, ...rest }
  return { branches: first === undefined ? [none] : [first, ...others], reader, ...rest }
}

/** The clock of rebuilds starts when the policy first asks for them, and again when its schedule changes: what happened before asks for nothing. */
function rebuildStart(before: Discovery | null, policy: Policy, asOf: Date): Date | null {
  if (policy.rebuild === null) return null
  const last = before?.policy.rebuild
  return last != null && last.cron === policy.rebuild.cron ? (before?.rebuildSince ?? asOf) : asOf
}

/**
 * One issue while the policy file is broken, edited when the problem changes, closed when it is mended; said again when the last look did not come to
 * its end. Where the repo takes no issues, the audit trail says so instead.
 */
async function reportPolicy(
  ports: DiscoverPorts,
  { claim, repo }: Look,
  { policyProblem, policyCommitOid }: Discovery,
  before: Discovery | null,
  asOf: Date,
): Promise<void> {
  if (claim.attempts === 0 && policyProblem === (before?.policyProblem ?? null)) return
  try {
    if (policyProblem === null) await ports.repoIssues.settle(repo, policyTopic)
    else
      await ports.repoIssues.say(
        repo,
        policyTopic,
        renderPolicyIssue({
          repo,
          problem: policyProblem,
          commitOid: policyCommitOid,
          hasLastGood: before !== null && (before.policyProblem === null || before.policy.enabled),
        }),
      )
  } catch (error) {
    if (!isFault(error) || !(error.kind === 'missing' || error.kind === 'unauthorized')) throw error
    if (policyProblem !== null) await note(ports, repo, asOf, 'policy issue refused', { fault: error.kind, commit: policyCommitOid })
  }
}

function note({ audit }: DiscoverPorts, repo: Repo, at: Date, action: string, detail: Readonly<Record<string, string | number>>): Promise<void> {
  return audit.append({ at, installationId: repo.installationId, repoId: repo.id, action, detail })
}
