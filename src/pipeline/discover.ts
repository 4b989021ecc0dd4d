/** Discover: the image uses of repos, their policy, and which upstream questions they raise. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { Fault, isFault } from '../domain/fault.ts'
import type { Policy } from '../domain/repo/policy.ts'
import { isBaseRepo, type Repo } from '../domain/repo/repo.ts'
import { spreadLooks } from '../domain/spread-looks.ts'
import { renderPolicyIssue } from '../render/policy-issue.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { RepoFiles, RepoTree } from '../ports/repo-files.ts'
import type { RepoIssues } from '../ports/repo-issues.ts'
import type { BaseBranch, Discovery, RepoStore } from '../ports/repo-store.ts'
import type { UntrustedParse } from '../ports/untrusted-parse.ts'
import { basePolicies } from './discover/base-policy.ts'
import { type Found, known, type Look, readLooks } from './discover/look.ts'
import { readBranch } from './discover/read-branch.ts'
import { listBranches, mostBytes, weightOf } from './discover/snapshot.ts'

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
  const wanted: Task[] = []
  const done: Discovered[] = []
  for (const claim of claims) {
    const repo = await ports.repos.read(Number(claim.key))
    if (repo === null || repo.isArchived) done.push({ claim, next: null })
    else wanted.push({ claim, repo })
  }
  return wanted.length === 0 ? done : [...done, ...(await lookInto(ports, installationId, wanted, asOf, signal))]
}

type Task = Pick<Look, 'claim' | 'repo'>

/** What the files of repos that are read together come to at most, bytes: a repo alone may hold more. */
const mostBytesAtOnce = 2 * mostBytes

/** Files are listed for all at once, and read for as many as fit into memory. */
async function lookInto(
  ports: DiscoverPorts,
  installationId: number,
  wanted: readonly Task[],
  asOf: Date,
  signal: AbortSignal,
): Promise<readonly Discovered[]> {
  const alone = (task: Task) => lookInto(ports, installationId, [task], asOf, signal)
  const branches = wanted.map(({ repo }) => ({ repo, branch: null }))
  const listed = await listBranches(ports.repoFiles, installationId, branches).catch((fault: unknown) => ({ fault }))
  if ('fault' in listed) return oneByOne(wanted, listed.fault, alone, signal)
  const basePolicy = basePolicies(ports)
  const done: Discovered[] = []
  for (const group of groupsOf(wanted.map((task, index) => ({ ...task, tree: listed[index] ?? null })))) {
    const looks: Look[] = []
    for (const { tree, ...task } of group) looks.push({ ...task, tree, before: await ports.repos.discovery(task.repo.id) })
    const found = await readLooks({ ...ports, basePolicy }, installationId, looks).catch((fault: unknown) => ({ fault }))
    if ('fault' in found) done.push(...(await oneByOne(group, found.fault, alone, signal)))
    else {
      const storeOf = async (look: Look) => {
        for (const one of found) if (one.claim === look.claim) await store(ports, one, asOf)
      }
      done.push(...(await eachAlone(looks, storeOf, signal)))
    }
  }
  return done
}

function groupsOf<Listed extends { readonly tree: RepoTree | null }>(all: readonly Listed[]): readonly (readonly Listed[])[] {
  const groups: Listed[][] = []
  let room = 0
  for (const one of all) {
    const weight = one.tree === null ? 0 : weightOf(one.tree)
    if (groups.length === 0 || weight > room) {
      groups.push([])
      room = mostBytesAtOnce
    }
    room -= weight
    groups.at(-1)?.push(one)
  }
  return groups
}

/** A fault that comes again may be one repo's: then each is looked into alone, so that the others go on. */
async function oneByOne(
  wanted: readonly Task[],
  fault: unknown,
  alone: (task: Task) => Promise<readonly Discovered[]>,
  signal: AbortSignal,
): Promise<readonly Discovered[]> {
  const isFirstTry = wanted.every(({ claim }) => claim.attempts === 0)
  if (wanted.length === 1 || isFirstTry || isLimit(fault)) return wanted.map(({ claim }) => ({ claim, fault }))
  const raising = async (task: Task) => {
    for (const one of await alone(task)) if ('fault' in one) throw one.fault
  }
  return eachAlone(wanted, raising, signal)
}

/** Nothing is asked any more once GitHub said to wait. */
async function eachAlone<One extends { readonly claim: Claim }>(
  all: readonly One[],
  run: (one: One) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly Discovered[]> {
  const done: Discovered[] = []
  let limit: unknown = null
  for (const one of all) {
    const { claim } = one
    if (limit !== null || signal.aborted) {
      done.push({ claim, fault: limit ?? new Fault('transient', 'stopped before this repo was looked into') })
      continue
    }
    try {
      await run(one)
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

async function store(ports: DiscoverPorts, found: Found, asOf: Date): Promise<void> {
  const { claim, repo } = found
  const branches: BaseBranch[] = []
  if (found.seen !== 'kept') for (const snapshot of found.seen) branches.push(await readBranch(ports.parse, snapshot))
  const discovery = discoveryOf(ports, found, branches, asOf)
  // Before this look counts as done: they are read from GitHub, not from here.
  if (isBaseRepo(repo) && found.home !== null) await wakeExtending(ports, repo, found.home.policyBlobOid, asOf)
  if (!(await ports.repos.saveDiscovery(claim, repo.id, discovery))) return
  await ports.dueWork.schedule([decideWork(repo.id, repo.installationId, asOf)])
  const seen = found.seen === 'kept' ? [] : found.seen
  if (seen.some(({ isPartial }) => isPartial) || found.home?.isPartial === true)
    await note(ports, repo, asOf, 'repo too large to list', { commit: discovery.branches[0].commitOid, known: discovery.branches[0].files.length })
  await reportPolicy(ports, found, discovery, asOf)
}

/** Repos whose policy extends the one of this repo as it was before, or as long as there was none. */
async function wakeExtending({ repos, dueWork }: DiscoverPorts, repo: Repo, blobOid: string, asOf: Date): Promise<void> {
  const looks = await repos.looks(repo.installationId)
  const isBehind = ({ extended }: (typeof looks)[number]) => extended !== null && (extended.repoId !== repo.id || extended.blobOid !== blobOid)
  const behind = looks.filter((look) => look.repoId !== repo.id && isBehind(look)).map(({ repoId }) => repoId)
  await dueWork.schedule(spreadLooks(behind, repo.installationId, asOf))
}

function discoveryOf(ports: DiscoverPorts, { repo, before, home, seen, inForce, absentBranches }: Found, read: readonly BaseBranch[], asOf: Date): Discovery {
  const [first, ...others] = read
  const none: BaseBranch = { branch: repo.defaultBranch, commitOid: '', files: [], uses: [] }
  const rest = { ...inForce, policyCommitOid: home?.commitOid ?? '', absentBranches, rebuildSince: rebuildStart(before, inForce.policy, asOf) }
  const branches = seen === 'kept' ? known(ports, before)?.branches : first && ([first, ...others] as const)
  return { branches: branches ?? [none], reader: ports.reader, ...rest }
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
async function reportPolicy(ports: DiscoverPorts, { claim, repo, before }: Found, { policyProblem, policyCommitOid }: Discovery, asOf: Date): Promise<void> {
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
