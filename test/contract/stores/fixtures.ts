/** Values that the stores' suites work on. */
import { type Claim, work } from '../../../src/domain/due-work.ts'
import { type Digest, parseDigest } from '../../../src/domain/image/digest.ts'
import type { ImageUse } from '../../../src/domain/repo/image-use.ts'
import { parseReference } from '../../../src/domain/image/reference.ts'
import type { Rebuild } from '../../../src/domain/rebuild.ts'
import { defaultPolicy } from '../../../src/domain/repo/default-policy.ts'
import type { Policy } from '../../../src/domain/repo/policy.ts'
import type { Repo } from '../../../src/domain/repo/repo.ts'
import type { Plan } from '../../../src/domain/update.ts'
import type { Discovery } from '../../../src/ports/repo-store.ts'
import type { TestDatabase } from '../../stand-ins/postgres.ts'

/** Minutes after a fixed instant. */
export function minute(minutes: number): Date {
  return new Date(Date.UTC(2026, 10, 22, 12) + minutes * 60_000)
}

/** A digest made of one letter or digit in hex. */
export function digest(hex: string): Digest {
  return parseDigest(`sha256:${hex.repeat(64).slice(0, 64)}`)!
}

/** What attackers put into names: NUL, a lone surrogate, an emoji, a quote. */
export const nasty = 'a\0b\uD800c😀"\\u0000'

/** A repo; `id` 1 of installation 7 unless told. */
export function repo(change: Partial<Repo> = {}): Repo {
  const id = change.id ?? 1
  return {
    id,
    nodeId: `R_${id}`,
    installationId: 7,
    owner: 'acme',
    name: `repo-${id}`,
    defaultBranch: 'main',
    isArchived: false,
    isFork: false,
    isPrivate: true,
    mayWriteWorkflows: false,
    pushedAt: minute(-5),
    ...change,
  }
}

/** A followed use of `text` at a place of its own. */
export function imageUse(text: string, change: Partial<ImageUse> = {}): ImageUse {
  const parsed = parseReference(text)
  const reference = parsed.kind === 'reference' ? parsed.reference : null
  return {
    file: 'Dockerfile',
    line: 1,
    span: [5, 5 + text.length],
    format: 'dockerfile',
    role: 'stage',
    stage: '0',
    inFinal: true,
    text,
    reference,
    platform: null,
    builtFor: [],
    tagFromArgument: false,
    edits: [{ file: 'Dockerfile', span: [5, 5], sets: 'pin' }],
    skip: null,
    ...change,
  }
}

const policy: Policy = {
  ...defaultPolicy,
  ignoreImages: ['docker.io/library/*'],
  platforms: ['linux/amd64'],
  pinFloatingTags: true,
  labels: ['images'],
  rebuild: { cron: '0 4 * * 1', timezone: 'UTC', onBaseMove: true, onFix: false, workflow: 'build.yml', ref: null, inputs: { 'no-cache': 'true' } },
}

/** A look that found `uses` in one file. */
export function discovery(uses: readonly ImageUse[], change: Partial<Discovery> = {}): Discovery {
  const bytes = Buffer.from('FROM alpine\0\r\n\xff', 'latin1')
  return {
    branches: [
      {
        branch: 'main',
        commitOid: 'c'.repeat(40),
        files: [
          { path: 'Dockerfile', blobOid: 'b'.repeat(40), mode: '100644', bytes },
          { path: 'names-none.yml', blobOid: 'a'.repeat(40), mode: '100755', bytes: null },
        ],
        uses,
      },
    ],
    policyCommitOid: 'd'.repeat(40),
    absentBranches: [],
    extended: null,
    reader: '1.0.0 dockerfile',
    policy,
    policyProblem: null,
    rebuildSince: minute(-60),
    ...change,
  }
}

/** A plan of repo 1; its fingerprint is the letter repeated. */
export function plan(fingerprint: string, change: { readonly repoId?: number; readonly group?: string; readonly digests?: readonly Digest[] } = {}): Plan {
  return {
    key: { repoId: change.repoId ?? 1, baseBranch: 'main', group: change.group ?? 'docker.io/library/alpine:3.20' },
    targets: [`docker.io/library/alpine:3.20@${digest(fingerprint)}`],
    digests: change.digests ?? [digest(fingerprint)],
    changes: [{ path: 'Dockerfile', blobOid: 'b'.repeat(40), replacements: [{ span: [11, 11], text: '@sha256:…' }] }],
    title: `Move to ${nasty}`,
    body: 'body',
    commitMessage: 'message',
    reviewers: ['ann'],
    assignees: [],
    branchPrefix: 'underpin/',
    labels: ['images'],
    fingerprint: fingerprint.repeat(64),
    wordsFingerprint: 'e'.repeat(64),
  }
}

/** A rebuild of repo 1 that was asked for. */
export function rebuild(id: string, change: Partial<Rebuild> = {}): Rebuild {
  return {
    id,
    repoId: 1,
    installationId: 7,
    cause: `cause ${id}`,
    workflow: 'build.yml',
    ref: 'main',
    inputs: { 'no-cache': 'true' },
    state: 'asked',
    tries: 0,
    sentAt: null,
    runId: null,
    runUrl: null,
    conclusion: null,
    askedAt: minute(0),
    ...change,
  }
}

/** A new claim on the decisions of a repo of installation 7, under which plans are made; one given before is a zombie's from then on. */
export async function deciding({ stores, pool }: Pick<TestDatabase, 'stores' | 'pool'>, repoId = 1): Promise<Claim> {
  await stores.dueWork.schedule([work('decide', repoId, minute(0))])
  await pool.query("update underpin.due_work set lease_until = null, due_at = $1 where kind = 'decide' and key = $2", [minute(0), String(repoId)])
  return (await stores.dueWork.claim('decide', String(repoId), { asOf: minute(999), leaseMs: 60_000, limit: 1 }))[0]!
}
