/** Discover: the image uses of repos, their policy, and which upstream questions they raise. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { Fault, isFault } from '../domain/fault.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import { defaultPolicy } from '../domain/repo/default-policy.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { renderPolicyIssue } from '../render/policy-issue.ts'
import type { AuditTrail } from '../ports/audit-trail.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { RepoFiles } from '../ports/repo-files.ts'
import type { RepoIssues } from '../ports/repo-issues.ts'
import type { Discovery, RepoStore } from '../ports/repo-store.ts'
import type { UntrustedParse } from '../ports/untrusted-parse.ts'
import { type PolicyInForce, readPolicy, withoutBranch } from './discover/policy-in-force.ts'
import { type ReadFile, readFiles } from './discover/read-files.ts'
import { readSnapshots, type SeenFile, type Snapshot, unreadUse } from './discover/snapshot.ts'

export type DiscoverPorts = {
  readonly repoFiles: RepoFiles
  readonly repoIssues: RepoIssues
  readonly repos: Pick<RepoStore, 'read' | 'discovery' | 'saveDiscovery'>
  readonly parse: UntrustedParse
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  readonly audit: Pick<AuditTrail, 'append'>
}

/** What came of the look into one repo: nothing more to do, or what stopped it: a `Fault`, or anything else for a bug. */
export type Discovered = { readonly claim: Claim; readonly next: null } | { readonly claim: Claim; readonly fault: unknown }

const policyTopic = 'policy-file'

type Look = { readonly claim: Claim; readonly repo: Repo; readonly before: Discovery | null }
/** `seen` is null for an empty repo, `kept` while the branch that is watched is gone: the look before still counts. */
type Found = { readonly look: Look; readonly inForce: PolicyInForce; readonly absentBranch: string | null } & (
  | { readonly home: null; readonly seen: null }
  | { readonly home: Snapshot; readonly seen: Snapshot | 'kept' }
)

/**
 * One look into each repo that the claims name (all of one installation, at most 25): three requests for all of them, fewer when blobs are known.
 * The policy stands on the default branch; where it names another base branch, the uses are read there. Each claim has an outcome of its own.
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
      wanted.map(({ look: { repo, before }, branch }) => ({ repo, before, branch })),
    )
  const homes = await snapshotsOf(looks.map((look) => ({ look, branch: null })))
  const found: Found[] = []
  const named: { readonly look: Look; readonly home: Snapshot; readonly inForce: PolicyInForce; readonly branch: string }[] = []
  for (const look of looks) {
    const home = homes.get(look.repo.id)
    if (home === undefined) {
      // A repo that had files and shows none now is as good as gone: the installation's next comparison forgets it.
      if (look.before === null) found.push({ look, home: null, seen: null, inForce: { policy: defaultPolicy, policyProblem: null }, absentBranch: null })
      continue
    }
    const inForce = await readPolicy(ports.parse, look.before, home)
    const branch = otherBranch(inForce.policy, home)
    if (branch === null) found.push({ look, home, seen: home, inForce, absentBranch: null })
    else named.push({ look, home, inForce, branch })
  }
  const bases = await snapshotsOf(named)
  const lost = named
    .filter(({ look }) => !bases.has(look.repo.id))
    .map((one) => {
      const inForce = withoutBranch(one.inForce, one.branch, one.look.before)
      return { ...one, inForce, absentBranch: one.branch, branch: otherBranch(inForce.policy, one.home) }
    })
  const lastBases = await snapshotsOf(lost.filter(({ branch, absentBranch }) => branch !== null && branch !== absentBranch))
  for (const { look, home, inForce } of named) {
    const seen = bases.get(look.repo.id)
    if (seen !== undefined) found.push({ look, home, seen, inForce, absentBranch: null })
  }
  for (const { look, home, inForce, absentBranch, branch } of lost)
    found.push({ look, home, inForce, absentBranch, seen: branch === null ? home : (lastBases.get(look.repo.id) ?? 'kept') })
  return found
}

/** The branch to read where it is not the default branch, which was read already. */
function otherBranch({ baseBranch }: Policy, home: Snapshot): string | null {
  return baseBranch === home.branch ? null : baseBranch
}

async function store(ports: DiscoverPorts, found: Found, asOf: Date): Promise<void> {
  const { claim, repo, before } = found.look
  const uses = found.seen === null || found.seen === 'kept' ? [] : await usesOf(ports.parse, found.seen)
  const discovery = discoveryOf(found, uses, asOf)
  if (!(await ports.repos.saveDiscovery(claim, repo.id, discovery))) return
  await ports.dueWork.schedule([decideWork(repo.id, repo.installationId, asOf)])
  const seen = found.seen === 'kept' ? null : found.seen
  if (seen?.isPartial === true || found.home?.isPartial === true)
    await note(ports, repo, asOf, 'repo too large to list', { commit: discovery.commitOid, known: discovery.files.length })
  await reportPolicy(ports, found.look, discovery, before, asOf)
}

/** The uses of files in the order of their paths; a file that could not be read gives one that is skipped. Raises the parser's faults but `invalid`. */
async function usesOf(parse: UntrustedParse, { files, keptUses }: Snapshot): Promise<readonly ImageUse[]> {
  const read: ReadFile = (format, file, surroundings) =>
    parse.read(format.id, file, surroundings).catch((error: unknown) => {
      if (!isFault(error) || error.kind !== 'invalid') throw error
      return { uses: [unreadUse(file.path, { code: 'unreadable', message: `the parser gave up on the file (${error.message})` })], builds: [] }
    })
  const readings = await readFiles(
    read,
    files.flatMap((seen) => (seen.kind === 'read' ? [seen.file] : [])),
  )
  const usesIn = (seen: SeenFile): readonly ImageUse[] =>
    seen.kind === 'read' ? (readings.get(seen.file.path)?.uses ?? []) : [unreadUse(seen.path, { code: seen.code, message: `the file is ${seen.what}` })]
  return [...files.flatMap(usesIn), ...keptUses]
}

function discoveryOf({ look: { repo, before }, home, seen, inForce, absentBranch }: Found, uses: readonly ImageUse[], asOf: Date): Discovery {
  const rest = { ...inForce, policyCommitOid: home?.commitOid ?? '', absentBranch, rebuildSince: rebuildStart(before, inForce.policy, asOf) }
  if (seen === null) return { branch: repo.defaultBranch, commitOid: '', files: [], uses, ...rest }
  if (seen === 'kept') return { branch: '', commitOid: '', files: [], uses, ...before, ...rest }
  const files = [...(seen.policyFile === null ? [] : [seen.policyFile]), ...seen.files].flatMap((one) => (one.kind === 'read' ? [one.file] : []))
  return { branch: seen.branch, commitOid: seen.commitOid, files, uses, ...rest }
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
