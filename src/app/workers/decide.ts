/** The decide worker: recall, decide and plan one repo, and store what came of it. */
import { type Claim, work } from '../../domain/due-work.ts'
import type { CredentialGrant } from '../../domain/image/scope.ts'
import type { Decision } from '../../domain/decision.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { Rebuild } from '../../domain/rebuild.ts'
import type { Policy } from '../../domain/repo/policy.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import { formatUpdateKey, type Update } from '../../domain/update.ts'
import { decide, keptKeys, type KnownUse, withLimits } from '../../pipeline/decide.ts'
import { recallEvidence } from '../../pipeline/recall/evidence.ts'
import { type FixPorts, recallFixes } from '../../pipeline/recall/fixes.ts'
import type { TagChooser } from '../../pipeline/recall/newer-tag.ts'
import { plan } from '../../pipeline/plan.ts'
import { type RecalledUse, recallBuild, recallUses } from '../../pipeline/recall.ts'
import { decideBuild } from '../../policy/decide-build.ts'
import type { EvidenceFacts, WaitingFix } from '../../policy/facts.ts'
import { policyFor } from '../../policy/policy-for.ts'
import { noTag } from '../../policy/rules/no-tag.ts'
import { windowAt } from '../../policy/schedule.ts'
import type { DecisionStore, StoredDecision } from '../../ports/decision-store.ts'
import type { ObservationStore } from '../../ports/observation-store.ts'
import type { RebuildStore } from '../../ports/rebuild-store.ts'
import type { BaseBranch, Discovery, RepoStore } from '../../ports/repo-store.ts'
import type { UpdateStore } from '../../ports/update-store.ts'
import { formatWanted } from '../../ports/wanted-inspection-store.ts'
import { watch, type WatchPorts } from './watch.ts'

export type DecideWorkerPorts = WatchPorts & {
  readonly repos: Pick<RepoStore, 'read' | 'discovery'>
  readonly observations: ObservationStore
  readonly chooser: TagChooser
  readonly distros: DistroTable
  readonly decisions: DecisionStore
  readonly updates: UpdateStore
  readonly rebuilds: RebuildStore
  readonly grants: readonly CredentialGrant[]
  /** What is known inside images; null where nobody looks into them. */
  readonly evidence: FixPorts | null
  /** How long a delivery waits for others of its installation to go with it, ms: one look-up and one token serve them all. */
  readonly gatherMs: number
  readonly newId: () => string
}

/** Decides one repo; gives when its schedule asks for the next look, or null. Stops when somebody else decides the repo by now. */
export async function decideRepo(ports: DecideWorkerPorts, claim: Claim, asOf: Date): Promise<Date | null> {
  const repo = await ports.repos.read(Number(claim.key))
  const discovery = repo === null ? null : await ports.repos.discovery(repo.id)
  if (repo === null || discovery === null) return null
  const { branches, policy } = discovery
  const updates = await ports.updates.ofRepo(repo.id)
  const parts: Part[] = []
  for (const base of branches) {
    const { installationId } = repo
    const recalled = await recallUses(ports, base.uses, { installationId, grants: ports.grants, policy, refusedOf: refusedIn(updates, repo, base.branch) })
    const { uses, fixes } = await lookInside(ports, recalled, base, policy, asOf)
    const decided = decide({ repo, baseBranch: base.branch, policy, uses, updates, asOf })
    parts.push({ base, uses, fixes: base === branches[0] ? fixes : [], decided })
  }
  // What the policy leaves alone is not asked for either.
  const watched = parts.flatMap((part) => part.uses.filter((_, index) => isAsked(part.decided[index]?.decision)))
  if (!(await watch(ports, claim, repo.id, watched, asOf))) return null
  const plans = parts.flatMap(({ base: { files }, decided }) => plan({ repo, policy, files, decided, asOf }))
  for (const change of plans) if (!(await ports.updates.plan(claim, repo.installationId, change, new Date(asOf.getTime() + ports.gatherMs)))) return null
  const decided = parts.flatMap((part) => part.decided)
  const { uses, fixes } = parts[0] ?? { uses: [], fixes: [] }
  if (!(await ports.updates.retain(claim, repo.id, keptKeys(decided, policy, updates), asOf))) return null
  const build = decideBuild(await recallBuild(ports, repo, discovery, uses, fixes, asOf))
  if (build.cause !== null && (await ports.rebuilds.ask(claim, rebuildOf(ports, repo, discovery, build.cause, asOf))) === null) return null
  const planned = await ports.updates.ofRepo(repo.id)
  const stored: StoredDecision[] = parts.flatMap(({ base: { branch }, decided: some }) =>
    withLimits(some, planned).map(({ use, decision }) => ({
      subject: { kind: 'image-use', branch, file: use.file, offset: use.span[0] },
      decision,
      decidedAt: asOf,
    })),
  )
  stored.push({ subject: { kind: 'build', workflow: policy.rebuild?.workflow ?? null }, decision: build.decision, decidedAt: asOf })
  await ports.decisions.replace(claim, repo.id, stored)
  const untils = decided.map(({ use, decision }) => (decision.kind === 'update' ? closing(policyFor(policy, use), repo, asOf) : decision.until))
  return earliest(build.next, ...untils, fixes.length > 0 && policy.rebuild?.onFix === true ? new Date(asOf.getTime() + offersEveryMs) : null)
}

/** What is known and decided about one base branch. Rebuilds are those of the first. */
type Part = {
  readonly base: BaseBranch
  readonly uses: readonly (RecalledUse & { readonly evidence?: EvidenceFacts | null })[]
  readonly fixes: readonly WaitingFix[]
  readonly decided: readonly KnownUse[]
}

/** Whether somebody asks registries about a use: not where the policy leaves it alone. A digest without a tag is skipped only until its tag is found. */
function isAsked(decision: Decision | undefined): boolean {
  return decision?.kind !== 'skip' || decision.reasons[0]?.rule === noTag.name
}

/** What people refused by closing the pull requests of a group. */
function refusedIn(updates: readonly Update[], { id: repoId }: Repo, baseBranch: string) {
  const rows = new Map(updates.map((update) => [formatUpdateKey(update.key), update]))
  return (group: string) => rows.get(formatUpdateKey({ repoId, baseBranch, group }))?.refusedDigests ?? []
}

/** When the window closes in which an update may be opened: one that no pull request carries by then is held again. */
function closing({ schedule }: Pick<Policy, 'schedule'>, repo: Repo, asOf: Date): Date | null {
  const window = schedule === null ? null : windowAt(schedule, repo.id, asOf)
  return window?.kind === 'open' ? window.closes : null
}

/** While a fix waits, what package archives offer is looked at again this often, ms: they lag behind advisories by hours. */
const offersEveryMs = 60 * 60 * 1000

function earliest(...times: readonly (Date | null)[]): Date | null {
  return times.flatMap((time) => time ?? []).sort((a, b) => a.getTime() - b.getTime())[0] ?? null
}

/** What is known inside the images, where somebody looks; what is wanted and not there is due. What the policy leaves alone is not looked into. */
async function lookInside(
  { evidence, dueWork }: DecideWorkerPorts,
  recalled: readonly RecalledUse[],
  { files }: Pick<BaseBranch, 'files'>,
  policy: Policy,
  asOf: Date,
): Promise<Pick<Part, 'uses' | 'fixes'>> {
  if (evidence === null || !policy.enabled) return { uses: recalled, fixes: [] }
  const unasked = decide({ repo: null, baseBranch: '', policy, uses: recalled.map((one) => ({ ...one, evidence: null })), updates: [], asOf })
  const isOurs = (index: number) => unasked[index]?.decision.kind !== 'skip'
  const gathered = await recallEvidence(
    evidence,
    recalled.filter((_, index) => isOurs(index)),
    policy,
    asOf,
  )
  const inside = gathered.uses[Symbol.iterator]()
  const uses = recalled.map((one, index) => (isOurs(index) ? (inside.next().value ?? one) : one))
  const { fixes, toInspect, toAsk } = await recallFixes(evidence, { files, policy }, gathered.uses, asOf)
  await dueWork.schedule([
    ...[...gathered.toInspect, ...toInspect].map((wanted) => work('inspect', formatWanted(wanted), asOf)),
    ...toAsk.map((manifest) => work('installable', formatWanted(manifest), asOf)),
  ])
  return { uses, fixes }
}

function rebuildOf({ newId }: DecideWorkerPorts, repo: Repo, { branches: [{ branch }], policy }: Discovery, cause: string, askedAt: Date): Rebuild {
  const { workflow = null, ref = null, inputs = {} } = policy.rebuild ?? {}
  const unsent = { state: 'asked', tries: 0, sentAt: null, runId: null, runUrl: null, conclusion: null } as const
  return { id: newId(), repoId: repo.id, installationId: repo.installationId, cause, workflow, ref: ref ?? branch, inputs, askedAt, ...unsent }
}
