/** A stateful GitHub on loopback: REST at `<url>/api/v3`, GraphQL at `<url>/api/graphql`, pages at `<url>`. */
import { Buffer } from 'node:buffer'
import type { AddressInfo } from 'node:net'
import { type Fault, Faults, type RequestHook } from './faults.ts'
import { Journal } from './journal.ts'
import { type Figures, Limits } from './limits.ts'
import type { Json } from './openapi.ts'
import { OpenApi } from './openapi.ts'
import { closePullRequest, mergePullRequest, type NewPullRequest, openPullRequest } from './pulls.ts'
import { commitFiles, type FileChanges } from './commits.ts'
import { Controls } from './controls.ts'
import type { PullRequest, Repo, Run, Thread } from './repos.ts'
import { gitHubServer } from './server.ts'
import { Tokens } from './tokens.ts'
import { Webhooks } from './webhooks.ts'
import { completeRun, runsOfPushes } from './runs.ts'
import { type Settings, World } from './world.ts'

export type { FileChanges, FileContent } from './commits.ts'
export type { NewApp } from './apps.ts'
export type { NewRepo } from './controls.ts'
export type { Fault, FaultAction, Moment, RequestHook, SeenRequest } from './faults.ts'
export type { JournalEntry } from './journal.ts'
export type { Figures } from './limits.ts'
export { validateManifest } from './manifest-rules.ts'
export type { Comment, Issue, PullRequest, Repo, Run, Thread } from './repos.ts'
export type { Delivery } from './webhooks.ts'
export type { Settings } from './world.ts'

/** The running stand-in. What `Controls` offers is offered here too. */
export class StandInGitHub extends Controls {
  readonly #close: () => Promise<void>
  constructor(parts: ConstructorParameters<typeof Controls>[0], close: () => Promise<void>) {
    super(parts)
    this.#close = close
  }
  /** `http://127.0.0.1:<port>`. */
  get url(): string {
    return this.parts.world.url
  }
  /** Base of REST, as Octokit's `baseUrl` wants it; GraphQL is beside it. */
  get apiUrl(): string {
    return `${this.url}/api/v3`
  }
  /** Where GraphQL is posted to. */
  get graphqlUrl(): string {
    return `${this.url}/api/graphql`
  }
  get settings(): Settings {
    return this.parts.world.settings
  }
  /** The limits' figures, which a test may lower. */
  get figures(): Figures {
    return this.parts.limits.figures
  }
  get journal(): Journal {
    return this.parts.journal
  }
  /** Broken limits, requests that GitHub does not know, shapes that do not fit. */
  get violations(): string[] {
    return this.parts.world.violations
  }
  /** The log of webhooks and the knobs that drop, double and hold them. */
  get webhooks(): Webhooks {
    return this.parts.webhooks
  }
  /** Throws where anything in `violations` stands. */
  assertNoViolations(): void {
    if (this.violations.length > 0) throw new Error(`GitHub would not have stood for this:\n${this.violations.join('\n')}`)
  }
  /** How many requests there were, those for tokens apart. */
  countRequests(): ReturnType<Journal['countRequests']> {
    return this.journal.countRequests()
  }
  /** Lets a request fail. Gives what takes the fault away. */
  fail(fault: Fault): () => void {
    return this.parts.faults.add(fault)
  }
  /** Calls `hook` before each request has its effect and after it had, before the answer. Gives what takes it away. */
  onRequest(hook: RequestHook): () => void {
    return this.parts.faults.hook(hook)
  }
  /** Resolves when every webhook was answered. */
  settled(): Promise<void> {
    return this.webhooks.settled()
  }
  /** A push by a person: to the default branch unless said otherwise. Gives the commit. */
  push(name: string, push: { readonly branch?: string; readonly files: FileChanges; readonly message?: string; readonly author?: string }): string {
    const repo = this.repo(name)
    const wanted = { branch: push.branch ?? repo.defaultBranch, files: push.files, message: push.message ?? 'Change files' }
    return commitFiles(this.parts.world, this.parts.world.person(push.author ?? 'octocat'), repo, wanted)
  }
  /** A commit of a person's on any branch. Gives the commit. */
  commitAs(name: string, branch: string, person: string, files: FileChanges, message = 'Change files'): string {
    return this.push(name, { branch, files, message, author: person })
  }
  /** The files at a branch (default branch), tag or commit, as text. */
  files(name: string, ref = 'HEAD'): Record<string, string> {
    const repo = this.repo(name)
    const commit = repo.resolve(ref)
    const files = commit === null ? [] : [...repo.git.files(commit.tree)]
    return Object.fromEntries(files.map(([path, file]) => [path, Buffer.from(repo.git.blob(file.oid) ?? []).toString()]))
  }
  /** The branches and where they are. */
  branches(name: string): Record<string, string> {
    const heads = [...this.repo(name).refs].filter(([ref]) => ref.startsWith('refs/heads/'))
    return Object.fromEntries(heads.map(([ref, oid]) => [ref.slice('refs/heads/'.length), oid]))
  }
  pullRequests(name: string): readonly PullRequest[] {
    return this.repo(name).pulls()
  }
  issues(name: string): readonly Thread[] {
    return [...this.repo(name).threads.values()].filter((thread) => thread.kind === 'issue')
  }
  runs(name: string): readonly Run[] {
    return [...this.repo(name).runs.values()]
  }
  /** Merges a pull request as a person. Gives the merge commit. */
  merge(name: string, number: number, by = 'octocat'): string {
    return mergePullRequest(this.parts.world, this.parts.world.person(by), this.repo(name).pull(number))
  }
  /** Opens one as a person. */
  openPullRequest(name: string, by: string, wanted: NewPullRequest): PullRequest {
    return openPullRequest(this.parts.world, this.parts.world.person(by), this.repo(name), wanted)
  }
  closePullRequest(name: string, number: number, by = 'octocat'): void {
    closePullRequest(this.parts.world, this.parts.world.person(by), this.repo(name).pull(number))
  }
  /** Ends a run with a conclusion (`success`, `failure` …). */
  completeRun(runId: number, conclusion: string): void {
    const found = [...this.parts.world.repos.values()].map((repo): [Repo, Run | undefined] => [repo, repo.runs.get(runId)]).find(([, run]) => run !== undefined)
    if (found?.[1] === undefined) throw new Error(`no run ${runId}`)
    completeRun(this.parts.world, found[0], found[1], conclusion)
  }
  /** Sends a webhook of the test's own making, signed, to an app. */
  sendWebhook(appId: number, event: string, body: Json, guid?: string): void {
    this.webhooks.send(this.app(appId), event, body, guid)
  }
  /** Stops listening and cuts what is open. */
  close(): Promise<void> {
    return this.#close()
  }
}

/** Starts one on a free port (or `port`), with its own clock. */
export async function startGitHub(options: { readonly now?: () => Date; readonly port?: number } = {}): Promise<StandInGitHub> {
  const world = new World(options.now ?? (() => new Date()))
  const openApi = new OpenApi()
  const journal = new Journal()
  const webhooks = new Webhooks(world, openApi, journal)
  world.listeners.push(runsOfPushes(world))
  const parts = { world, openApi, journal, webhooks, tokens: new Tokens(world), limits: new Limits(world), faults: new Faults(), manifests: new Map() }
  let standIn: StandInGitHub | null = null
  const server = gitHubServer({ ...parts, web: (request) => standIn?.page(request) ?? null })
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  openApi.baseUrl = world.url
  standIn = new StandInGitHub(
    parts,
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return standIn
}
