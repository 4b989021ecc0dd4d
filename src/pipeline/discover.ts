/** Discover: the image uses of repos, their policy, and which upstream questions they raise. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { type Policy, policyPath, type ReadPolicy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import { formatFor } from '../formats/index.ts'
import { defaultPolicy } from '../policy/default-policy.ts'
import { renderPolicyIssue } from '../render/policy-issue.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { RepoFiles, RepoTree } from '../ports/repo-files.ts'
import type { RepoIssues } from '../ports/repo-issues.ts'
import type { Discovery, RepoStore } from '../ports/repo-store.ts'
import type { UntrustedParse } from '../ports/untrusted-parse.ts'

export type DiscoverPorts = {
  readonly repoFiles: RepoFiles
  readonly repoIssues: RepoIssues
  readonly repos: Pick<RepoStore, 'read' | 'discovery' | 'saveDiscovery'>
  readonly parse: UntrustedParse
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
}

/** Bytes of one repo file that are read at most; larger ones are listed with a skip. */
export const longestFile = 256 * 1024
const policyTopic = 'policy-file'

type Look = { readonly claim: Claim; readonly repo: Repo; readonly before: Discovery | null }
type Files = Discovery['files']
type Policies = Pick<Discovery, 'policy' | 'policyProblem'>

/**
 * One look into each repo that the claims name (all of one installation, at most 25): three requests for all of them, fewer when blobs are known.
 * The policy stands on the default branch; where it names another base branch, the uses are read there. Raises GitHub's faults.
 */
export async function discover(ports: DiscoverPorts, installationId: number, claims: readonly Claim[], asOf: Date): Promise<void> {
  const looks: Look[] = []
  for (const claim of claims) {
    const repo = await ports.repos.read(Number(claim.key))
    if (repo !== null && !repo.isArchived) looks.push({ claim, repo, before: await ports.repos.discovery(repo.id) })
  }
  const trees = await readFiles(
    ports,
    installationId,
    looks.map((look) => ({ look, branch: null })),
  )
  const policies = new Map<number, Policies>()
  for (const { repo, before } of looks) policies.set(repo.id, await readPolicy(ports, before, trees.get(repo.id)?.files ?? []))
  const elsewhere = looks.flatMap((look) => {
    const branch = policies.get(look.repo.id)?.policy.baseBranch ?? null
    return branch === null || branch === trees.get(look.repo.id)?.tree.branch ? [] : [{ look, branch }]
  })
  const otherTrees = elsewhere.length === 0 ? trees : await readFiles(ports, installationId, elsewhere)
  for (const look of looks) {
    const found = elsewhere.some((other) => other.look === look) ? otherTrees.get(look.repo.id) : trees.get(look.repo.id)
    const read = policies.get(look.repo.id)
    if (found !== undefined && read !== undefined) await store(ports, look, found, read, asOf)
  }
}

/** Whether a change to this path may change what Underpin sees. */
export function isWanted(path: string): boolean {
  return path === policyPath || formatFor(path) !== null
}

type Found = { readonly tree: RepoTree; readonly files: Files }

async function readFiles(
  ports: DiscoverPorts,
  installationId: number,
  wanted: readonly { readonly look: Look; readonly branch: string | null }[],
): Promise<Map<number, Found>> {
  const trees = await ports.repoFiles.trees(
    installationId,
    wanted.map(({ look, branch }) => ({ repo: look.repo, branch })),
    isWanted,
  )
  const known = new Map(wanted.flatMap(({ look }) => look.before?.files.map((file) => [file.blobOid, file.bytes] as const) ?? []))
  const unknown = trees.flatMap(({ repo, files }) => files.filter(({ blobOid }) => !known.has(blobOid)).map(({ blobOid }) => ({ repo, blobOid })))
  const fetched = unknown.length === 0 ? known : await ports.repoFiles.blobs(installationId, unknown, longestFile)
  const withBytes = (tree: RepoTree): Files =>
    tree.files.flatMap((file) => {
      const bytes = known.get(file.blobOid) ?? fetched.get(file.blobOid)
      return bytes === undefined || file.mode === '120000' ? [] : [{ ...file, bytes }]
    })
  return new Map(trees.map((tree) => [tree.repo.id, { tree, files: withBytes(tree) }]))
}

/** The policy in force: the file's, the last good one while it is broken, the defaults where there is none. */
async function readPolicy({ parse }: DiscoverPorts, before: Discovery | null, files: Files): Promise<Policies> {
  const file = files.find(({ path }) => path === policyPath)
  const read: ReadPolicy = file === undefined ? { kind: 'policy', policy: defaultPolicy } : await parse.policy(file.bytes)
  if (read.kind === 'policy') return { policy: read.policy, policyProblem: null }
  const lines = read.problems.map(({ line, path, message }) => `${policyPath}${line === null ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${message}`)
  return { policy: before?.policy ?? defaultPolicy, policyProblem: lines.join('\n') }
}

async function store(ports: DiscoverPorts, look: Look, { tree, files }: Found, { policy, policyProblem }: Policies, asOf: Date): Promise<void> {
  const { claim, repo, before } = look
  const uses = await Promise.all(
    files.filter(({ path }) => path !== policyPath).map((file) => ports.parse.imageUses(formatFor(file.path)?.id ?? '', file.path, file.bytes)),
  )
  const discovery = {
    branch: tree.branch,
    commitOid: tree.commitOid,
    files,
    uses: uses.flat(),
    policy,
    policyProblem,
    rebuildSince: rebuildStart(before, policy, asOf),
  }
  await reportPolicy(ports, look, discovery)
  if (!(await ports.repos.saveDiscovery(claim, repo.id, discovery))) return
  await ports.dueWork.schedule([decideWork(repo.id, repo.installationId, asOf)])
}

/** The clock of rebuilds starts when the policy first asks for them, and again when its schedule changes: what happened before asks for nothing. */
function rebuildStart(before: Discovery | null, policy: Policy, asOf: Date): Date | null {
  if (policy.rebuild === null) return null
  const last = before?.policy.rebuild
  return last != null && last.cron === policy.rebuild.cron ? (before?.rebuildSince ?? asOf) : asOf
}

/** One issue while the policy file is broken, edited when the problem changes, closed when it is mended. */
async function reportPolicy({ repoIssues }: DiscoverPorts, { repo, before }: Look, { policyProblem, commitOid }: Discovery): Promise<void> {
  if (policyProblem === (before?.policyProblem ?? null)) return
  if (policyProblem === null) await repoIssues.settle(repo, policyTopic)
  else await repoIssues.say(repo, policyTopic, renderPolicyIssue({ repo, problem: policyProblem, commitOid, hasLastGood: before !== null }))
}
