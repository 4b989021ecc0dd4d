/** Repos and what hangs on them: refs, pull requests, issues, labels, workflows, runs. */
import { GitObjects, type Commit } from './git-objects.ts'
import { notFound } from './refusal.ts'
import type { Account } from './world.ts'

export type Label = { readonly id: number; readonly nodeId: string; readonly name: string; readonly color: string; readonly description: string | null }
export type Comment = { readonly id: number; readonly nodeId: string; readonly author: Account; body: string; readonly createdAt: Date; updatedAt: Date }

type ThreadBase = {
  readonly id: number
  readonly nodeId: string
  readonly number: number
  readonly repo: Repo
  readonly author: Account
  readonly createdAt: Date
  readonly comments: Comment[]
  title: string
  body: string
  labels: string[]
  assignees: string[]
  state: 'open' | 'closed'
  stateReason: string | null
  updatedAt: Date
  closedAt: Date | null
  closedBy: Account | null
}
export type Issue = ThreadBase & { readonly kind: 'issue' }
export type PullRequest = ThreadBase & {
  readonly kind: 'pull'
  readonly headBranch: string
  headOid: string
  baseBranch: string
  baseOid: string
  isDraft: boolean
  mergedAt: Date | null
  mergedBy: Account | null
  mergeOid: string | null
  /** Reads left that do not know whether it can be merged. */
  mergeableLag: number
  /** Logins, and teams by their slug. */
  reviewers: string[]
  teamReviewers: string[]
  /** List look-ups left that do not show it. */
  listLag: number
}
export type Thread = Issue | PullRequest

export type Run = {
  readonly id: number
  readonly nodeId: string
  readonly number: number
  readonly workflowPath: string
  readonly event: string
  readonly branch: string
  readonly headOid: string
  readonly actor: Account
  readonly createdAt: Date
  /** The workflow's name. */
  readonly name: string
  /** What `run-name` made of the inputs, else the name or GitHub's default. */
  readonly title: string
  readonly inputs: Readonly<Record<string, unknown>>
  updatedAt: Date
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
}

/** One repo. `refs` maps full names (`refs/heads/main`) to commits. */
export class Repo {
  readonly id: number
  readonly nodeId: string
  readonly git = new GitObjects()
  readonly refs = new Map<string, string>()
  readonly threads = new Map<number, Thread>()
  readonly labels = new Map<string, Label>()
  readonly workflowIds = new Map<string, number>()
  readonly disabledWorkflows = new Set<string>()
  readonly runs = new Map<number, Run>()
  /** Lower-case `owner/name` under which it was known before; GitHub redirects from there. */
  readonly formerNames = new Set<string>()
  readonly createdAt: Date
  owner: Account
  name: string
  defaultBranch: string
  isArchived = false
  isFork = false
  isPrivate = false
  hasIssues = true
  /** Lower-case logins, and team slugs, that may be asked to review and be assigned. */
  readonly collaborators = new Set<string>()
  readonly teams = new Set<string>()
  pushedAt: Date
  #number = 0

  constructor(made: { id: number; owner: Account; name: string; defaultBranch: string; createdAt: Date }) {
    this.id = made.id
    this.nodeId = `R_${made.id}`
    this.owner = made.owner
    this.name = made.name
    this.defaultBranch = made.defaultBranch
    this.createdAt = made.createdAt
    this.pushedAt = made.createdAt
  }
  /** `owner/name`. */
  get fullName(): string {
    return `${this.owner.login}/${this.name}`
  }
  /** The next number of a pull request or issue: they share one series. */
  nextNumber(): number {
    this.#number += 1
    return this.#number
  }
  /** The head of a branch, or null. */
  head(branch: string): string | null {
    return this.refs.get(`refs/heads/${branch}`) ?? null
  }
  /** A branch, tag, full ref, or commit name as a commit; `HEAD` is the default branch. Null when there is none. */
  resolve(expression: string): Commit | null {
    const name = expression === 'HEAD' ? this.defaultBranch : expression
    const oid = this.head(name) ?? this.refs.get(`refs/tags/${name}`) ?? this.refs.get(name) ?? this.refs.get(`refs/${name}`) ?? name
    return this.git.commit(oid)
  }
  /** All pull requests, oldest first. */
  pulls(): PullRequest[] {
    return [...this.threads.values()].filter((thread): thread is PullRequest => thread.kind === 'pull')
  }
  /** The pull request of this number; raises `Refusal` not-found. */
  pull(number: number): PullRequest {
    const thread = this.threads.get(number)
    if (thread?.kind !== 'pull') throw notFound()
    return thread
  }
  /** The issue or pull request of this number; raises `Refusal` not-found. */
  thread(number: number): Thread {
    const thread = this.threads.get(number)
    if (thread === undefined) throw notFound()
    return thread
  }
}
