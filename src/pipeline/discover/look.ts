/** Looks: the branches of repos that count, and the policy that says which those are. */
import type { Claim } from '../../domain/due-work.ts'
import { defaultPolicy } from '../../domain/repo/default-policy.ts'
import type { Policy } from '../../domain/repo/policy.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { RepoFiles, RepoTree } from '../../ports/repo-files.ts'
import type { BaseBranch, Discovery } from '../../ports/repo-store.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import { type BasePolicy, type PolicyInForce, readPolicy, withoutBranches } from './policy-in-force.ts'
import { listBranches, readSnapshots, type Snapshot } from './snapshot.ts'

export type LookPorts = {
  readonly repoFiles: RepoFiles
  readonly parse: UntrustedParse
  readonly basePolicy: (repo: Repo) => Promise<BasePolicy>
  /** Names this version and its formats. */
  readonly reader: string
}

/** A repo to look into: its default branch as GitHub listed it (null: gone or empty), and the last look. */
export type Look = { readonly claim: Claim; readonly repo: Repo; readonly tree: RepoTree | null; readonly before: Discovery | null }

/** `seen` is empty for a repo that shows nothing, `kept` while all branches that are watched are gone: the look before still counts. */
export type Found = Pick<Look, 'claim' | 'repo' | 'before'> & {
  readonly inForce: PolicyInForce
  readonly absentBranches: readonly string[]
  readonly home: Snapshot | null
  readonly seen: readonly Snapshot[] | 'kept'
}

/** The branches to follow, which of them were read, and which are not there. */
type Read = { readonly look: Look; readonly home: Snapshot; readonly inForce: PolicyInForce; readonly branches: readonly string[] }

/** One for each look that has something to store. Raises GitHub's faults, and the parser's but `invalid`. */
export async function readLooks(ports: LookPorts, installationId: number, looks: readonly Look[]): Promise<readonly Found[]> {
  const found: Found[] = looks.flatMap(nothing)
  const listed = looks.flatMap((look) => (look.tree === null ? [] : [{ look, tree: look.tree, before: known(ports, look.before) }]))
  const homes = await readSnapshots(ports.repoFiles, installationId, listed)
  const wanted: Read[] = []
  for (const [index, { look }] of listed.entries()) {
    const home = homes[index]
    if (home === undefined) continue
    const reading = { parse: ports.parse, owner: look.repo.owner, basePolicy: () => ports.basePolicy(look.repo) }
    const inForce = await readPolicy(reading, look.before, home)
    wanted.push({ look, home, inForce, branches: baseBranches(inForce.policy, home) })
  }
  const lost: Read[] = []
  for (const { one, seen } of await readBranches(ports, installationId, wanted)) {
    const absentBranches = one.branches.filter((branch) => !seen.some((snapshot) => snapshot.branch === branch))
    const inForce = absentBranches.length === 0 ? one.inForce : withoutBranches(one.inForce, absentBranches, seen.length > 0, one.look.before)
    if (seen.length > 0) found.push({ ...one.look, home: one.home, seen, inForce, absentBranches })
    else lost.push({ ...one, inForce, branches: baseBranches(inForce.policy, one.home).filter((branch) => !absentBranches.includes(branch)) })
  }
  for (const { one, seen } of await readBranches(ports, installationId, lost)) {
    const absentBranches = wanted.find(({ look }) => look === one.look)?.branches ?? []
    found.push({ ...one.look, home: one.home, inForce: one.inForce, absentBranches, seen: seen.length > 0 ? seen : 'kept' })
  }
  return found
}

/** What another version of us took for a file without images may hold some. */
export function known({ reader }: Pick<LookPorts, 'reader'>, before: Discovery | null): Discovery | null {
  if (before === null || before.reader === reader) return before
  const withBytes = (one: BaseBranch): BaseBranch => ({ ...one, files: one.files.filter(({ bytes }) => bytes !== null) })
  const [first, ...others] = before.branches
  return { ...before, branches: [withBytes(first), ...others.map(withBytes)] }
}

/** A repo that had files and shows none now is as good as gone: the installation's next comparison forgets it. */
function nothing({ claim, repo, tree, before }: Look): readonly Found[] {
  if (tree !== null || before !== null) return []
  return [{ claim, repo, before, home: null, seen: [], inForce: { policy: defaultPolicy, policyProblem: null, extended: null }, absentBranches: [] }]
}

/** The branches of each that are there. */
async function readBranches(
  ports: LookPorts,
  installationId: number,
  all: readonly Read[],
): Promise<readonly { readonly one: Read; readonly seen: readonly Snapshot[] }[]> {
  const named = all.flatMap((one) => one.branches.filter((branch) => branch !== one.home.branch).map((branch) => ({ one, branch, repo: one.look.repo })))
  const trees = await listBranches(ports.repoFiles, installationId, named)
  const listed = named.flatMap(({ one }, index) => {
    const tree = trees[index] ?? null
    return tree === null ? [] : [{ one, tree, before: known(ports, one.look.before) }]
  })
  const snapshots = await readSnapshots(ports.repoFiles, installationId, listed)
  return all.map((one) => {
    const there = [one.home, ...snapshots.filter((_, index) => listed[index]?.one === one)]
    return { one, seen: one.branches.flatMap((branch) => there.find((snapshot) => snapshot.branch === branch) ?? []) }
  })
}

/** The branches that pull requests go to. */
function baseBranches({ baseBranches: named }: Policy, home: Snapshot): readonly string[] {
  return named.length === 0 ? [home.branch] : named
}
