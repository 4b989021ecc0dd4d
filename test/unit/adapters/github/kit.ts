/** A stand-in GitHub with an app that is installed on `acme`, our adapter on it, and a clock that tests move. */
import { createGitHub, type GitHub } from '../../../../src/adapters/github/index.ts'
import { asFetch, createHttp } from '../../../../src/adapters/http/index.ts'
import { isFault } from '../../../../src/domain/fault.ts'
import type { Repo } from '../../../../src/domain/repo/repo.ts'
import { formatCommitTrailer } from '../../../../src/domain/update-marker.ts'
import type { Proposal } from '../../../../src/ports/repo-changes.ts'
import type { WriteBudget } from '../../../../src/ports/write-budget.ts'
import { type NewRepo, type StandInGitHub, startGitHub } from '../../../stand-ins/github/index.ts'

export const allPermissions = {
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  actions: 'write',
  workflows: 'write',
} as const

export const fingerprint = 'ab'.repeat(32)
export const branch = 'underpin/python-3-12-slim-0123abcd'
export const dockerfile = 'FROM python:3.12-slim\n'

/** A budget of the test's own: counts, refuses when told to, and keeps pauses. */
export type TestBudget = WriteBudget & { spent: number; refuseUntil: Date | null; readonly pauses: Map<number, Date> }

export type Stage = {
  readonly standIn: StandInGitHub
  readonly github: GitHub
  readonly budget: TestBudget
  readonly installationId: number
  readonly botLogin: string
  readonly app: { readonly appId: number; readonly privateKey: string }
  readonly clock: { now: Date }
  /** Makes a repo and gives it as the app sees it. */
  repo(name: string, wanted?: Partial<NewRepo>): Repo
  /** A second adapter, as another process would have it. */
  again(now?: () => Date): GitHub
  close(): Promise<void>
}

export async function startStage(permissions: Readonly<Record<string, 'read' | 'write'>> = allPermissions): Promise<Stage> {
  const clock = { now: new Date('2026-11-22T02:00:00Z') }
  const standIn = await startGitHub({ now: () => clock.now })
  const http = createHttp({ allowPrivate: [new URL(standIn.url).host], userAgent: 'underpin-test', timeouts: { firstWaitMs: 1 } })
  const app = standIn.createApp({ slug: 'underpin', permissions, events: [] })
  const installationId = standIn.install(app.appId, 'acme', 'all')
  const budget = createTestBudget()
  const again = (now = () => clock.now) =>
    createGitHub({
      appId: String(app.appId),
      privateKey: app.privateKey,
      baseUrl: standIn.apiUrl,
      fetch: asFetch(http, { maxBytes: 8_000_000, retries: 0 }),
      budget,
      now,
    })
  return {
    standIn,
    github: again(),
    budget,
    installationId,
    botLogin: app.botLogin,
    app,
    clock,
    repo(name, wanted = {}) {
      const { id, nodeId } = standIn.createRepo(`acme/${name}`, { files: { Dockerfile: dockerfile }, ...wanted })
      const defaultBranch = wanted.defaultBranch ?? 'main'
      return {
        id,
        nodeId,
        installationId,
        owner: 'acme',
        name,
        defaultBranch,
        isArchived: false,
        isFork: false,
        isPrivate: false,
        mayWriteWorkflows: true,
        pushedAt: null,
      }
    },
    again,
    async close() {
      await standIn.close()
      await http.close()
    },
  }
}

function createTestBudget(): TestBudget {
  const pauses = new Map<number, Date>()
  return {
    spent: 0,
    refuseUntil: null,
    pauses,
    async spend(installationId, cost, asOf) {
      const retryAt = this.refuseUntil ?? pauses.get(installationId) ?? null
      if (retryAt !== null && retryAt > asOf) return { granted: false, retryAt }
      this.spent += cost
      return { granted: true }
    },
    async pause(installationId, until) {
      pauses.set(installationId, until)
    },
    async pausedUntil(installationId, asOf) {
      const until = pauses.get(installationId) ?? null
      return until !== null && until > asOf ? until : null
    },
  }
}

/** A proposal that pins the Dockerfile of `repo` on the head of its default branch. */
export function proposal(stage: Stage, repo: Repo, more: Partial<Proposal> = {}): Proposal {
  const baseOid = stage.standIn.branches(`${repo.owner}/${repo.name}`)[repo.defaultBranch]!
  return {
    repo,
    baseBranch: repo.defaultBranch,
    branch,
    baseOid,
    commitMessage: `Pin python\n\nBecause.\n\n${formatCommitTrailer(fingerprint)}`,
    files: [{ path: 'Dockerfile', mode: '100644', bytes: Buffer.from('FROM python:3.12-slim@sha256:aa\n') }],
    ...more,
  }
}

/** The kind of the fault that `work` ends in; `done` when it does not. Anything else is thrown on. */
export async function kindOf(work: Promise<unknown>): Promise<string> {
  return (await faultOf(work))?.kind ?? 'done'
}

export async function faultOf(work: Promise<unknown>) {
  try {
    await work
    return null
  } catch (error) {
    if (isFault(error)) return error
    throw error
  }
}
