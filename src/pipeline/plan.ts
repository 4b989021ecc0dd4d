/** Plan: the complete change of each pull request as data. Pure: the same decisions on the same files give the same plan. */
import { sha256Hex } from '../lib/hash.ts'
import { type Json, stableJson } from '../lib/json.ts'
import type { Replacement } from '../lib/span.ts'
import type { DecidedUse } from '../domain/decided-use.ts'
import { formatImageName, formatReference, parseReference, type Reference, tagOrLatest } from '../domain/image/reference.ts'
import { type MoveEvidence, unite } from '../domain/move-evidence.ts'
import { merged, rewrite } from '../domain/repo/rewrite.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo, RepoFile } from '../domain/repo/repo.ts'
import { type FileChange, formatUpdateKey, type Offer, type Plan, type UpdateKey } from '../domain/update.ts'
import { policyFor } from '../policy/policy-for.ts'
import { renderCommitMessage } from '../render/commit-message.ts'
import { type Move, renderPullRequest } from '../render/pull-request.ts'

export type PlanInput = {
  readonly repo: Repo
  readonly policy: Policy
  readonly files: readonly Pick<RepoFile, 'path' | 'blobOid'>[]
  readonly decided: readonly (DecidedUse & { readonly evidence: MoveEvidence | null })[]
  readonly asOf: Date
}

/** One plan per update key with something to change, in the order of the uses. */
export function plan({ repo, policy, files, decided, asOf }: PlanInput): readonly Plan[] {
  const groups = new Map<string, { key: UpdateKey; moves: Move[] }>()
  for (const { use, key, decision, evidence } of decided) {
    const move = key === null ? null : moveOf(use, decision, evidence)
    if (key === null || move === null) continue
    const group = groups.get(formatUpdateKey(key)) ?? { key, moves: [] }
    groups.set(formatUpdateKey(key), { key, moves: [...group.moves, move] })
  }
  return [...groups.values()].flatMap(({ key, moves }) => {
    const changes = changesOf(moves, files)
    return changes.length === 0 ? [] : [planOf(repo, policy, key, moves, changes, asOf)]
  })
}

/** What a decided use moves from and to; null where it is not to be moved. */
export function moveOf(use: DecidedUse['use'], decision: DecidedUse['decision'], evidence: MoveEvidence | null = null): Move | null {
  if (decision.kind !== 'update' || decision.to === null || use.reference === null) return null
  const to = parseReference(decision.to)
  if (to.kind === 'invalid') throw new Error(`a decision names no reference: ${to.problem}`)
  return { use, from: use.reference, to: to.reference, decision, evidence }
}

/** The replacements of the moves by file; bytes that two uses share are replaced once. Throws (a bug) where two moves want different text for the same bytes: `decide` holds these. */
export function replacementsOf(moves: readonly Move[]): ReadonlyMap<string, readonly Replacement[]> {
  const all = merged(moves.flatMap(({ use, to }) => rewrite(use, { tag: to.tag, digest: to.digest })))
  if (all === null) throw new Error('two uses want different text in the same bytes')
  const byFile = new Map<string, Replacement[]>()
  for (const { file, span, text } of all) byFile.set(file, [...(byFile.get(file) ?? []), { span, text }])
  return new Map([...byFile].map(([file, replacements]) => [file, replacements.sort((a, b) => a.span[0] - b.span[0])]))
}

function changesOf(moves: readonly Move[], files: PlanInput['files']): readonly FileChange[] {
  return [...replacementsOf(moves)].flatMap(([path, replacements]) => {
    const file = files.find((candidate) => candidate.path === path)
    return file === undefined ? [] : [{ path, blobOid: file.blobOid, replacements }]
  })
}

function planOf(repo: Repo, policy: Policy, key: UpdateKey, moves: readonly Move[], changes: readonly FileChange[], asOf: Date): Plan {
  const targets = [...new Set(moves.map(({ to }) => fullReference(to)))].sort()
  const digests = [...new Set(moves.flatMap(offersOf))]
  const policies = moves.map(({ use }) => policyFor(policy, use))
  const union = (list: 'labels' | 'reviewers' | 'assignees') => [...new Set(policies.flatMap((one) => one[list]))]
  const people = { labels: union('labels'), reviewers: union('reviewers'), assignees: union('assignees') }
  const content = {
    key: formatUpdateKey(key),
    targets,
    changes: changes.map(({ path, blobOid, replacements }) => ({ path, blobOid, replacements: replacements.map(({ span, text }) => ({ span, text })) })),
  }
  const fingerprint = sha256Hex(stableJson(content))
  const words = { repo, group: key.group, moves, fingerprint, asOf, prefix: policy.commitPrefix }
  const wordsFingerprint = sha256Hex(stableJson(moves.map(toldOf)))
  const rendered = { ...renderPullRequest(words), commitMessage: renderCommitMessage(words) }
  return { key, targets, digests, changes, ...rendered, ...people, branchPrefix: policy.branchPrefix, fingerprint, wordsFingerprint }
}

/** What a move's evidence comes to, without what changes every day: times, and what remains unless it is grave. */
function toldOf({ evidence }: Move): Json {
  if (evidence === null) return null
  const { fixed, introduced, remaining, packages, config, isExplained } = unite(evidence)
  const graveOnes = remaining.filter(({ thing: { kev, severity } }) => kev || severity === 'critical' || severity === 'high')
  const told = (findings: typeof fixed) => findings.map(({ thing: { id, sourceName, severity, kev, fixedIn } }) => [id, sourceName, severity, kev, fixedIn])
  return [
    evidence.platforms.map(({ platform }) => platform),
    told(fixed),
    told(introduced),
    told(graveOnes),
    packages.map(({ thing: { name, kind, from, to } }) => [name, kind, from, to]),
    config.map(({ thing: { field, from, to } }) => [field, from, to]),
    isExplained,
  ]
}

/** What closing the pull request says no to: the digest, and the tag where it is another one. */
function offersOf({ from, to }: Move): readonly Offer[] {
  return [...(to.digest === null ? [] : [to.digest]), ...(to.tag === null || to.tag === tagOrLatest(from) ? [] : [`tag:${to.tag}` as const])]
}

function fullReference(reference: Reference): string {
  return formatReference({ ...reference, spelling: formatImageName(reference.name) })
}
