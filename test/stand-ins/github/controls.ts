/** What tests and the demo do that no API does: make apps, install them, make and move repos. */
import { randomBytes } from 'node:crypto'
import { commitFiles, type FileChanges } from './commits.ts'
import { type AppManifest, createApp, type Manifests, type NewApp } from './apps.ts'
import type { Faults } from './faults.ts'
import type { Journal } from './journal.ts'
import type { Limits } from './limits.ts'
import { validateManifest } from './manifest-rules.ts'
import type { OpenApi } from './openapi.ts'
import { Repo } from './repos.ts'
import type { Tokens } from './tokens.ts'
import type { Webhooks } from './webhooks.ts'
import type { Account, AppState, Installation, Permissions, World } from './world.ts'

export type NewRepo = {
  readonly files: FileChanges
  readonly defaultBranch?: string
  readonly archived?: boolean
  readonly fork?: boolean
  readonly private?: boolean
  readonly pushedAt?: Date
  readonly ownerType?: Account['type']
  /** Workflow files whose runs GitHub has switched off, `.github/workflows/x.yml`. */
  readonly disabledWorkflows?: readonly string[]
}
type Created = {
  readonly appId: number
  readonly privateKey: string
  readonly webhookSecret: string
  readonly slug: string
  readonly botId: number
  readonly botLogin: string
}
type Parts = {
  readonly world: World
  readonly openApi: OpenApi
  readonly journal: Journal
  readonly webhooks: Webhooks
  readonly tokens: Tokens
  readonly limits: Limits
  readonly faults: Faults
  readonly manifests: Manifests
}
type Page = { readonly status: number; readonly headers: Record<string, string>; readonly body: string }

const brief = (repo: Repo) => ({ id: repo.id, node_id: repo.nodeId, name: repo.name, full_name: repo.fullName, private: repo.isPrivate })

/** The base of `StandInGitHub`. */
export class Controls {
  protected readonly parts: Parts
  constructor(parts: Parts) {
    this.parts = parts
  }
  /** Makes an app with a key pair of its own. */
  createApp(wanted: NewApp): Created {
    const app = createApp(this.parts.world, wanted)
    const { secret } = app
    return {
      appId: app.state.id,
      privateKey: app.state.privateKey,
      webhookSecret: secret,
      slug: app.state.slug,
      botId: app.state.bot.id,
      botLogin: app.state.bot.login,
    }
  }
  /** Where webhooks go from now on, signed with `secret` (the app's own unless given). `appId`: all apps unless given. Sends `ping`. */
  setWebhook(url: string, secret?: string, appId?: number): void {
    for (const app of this.parts.world.apps.values()) {
      if (appId !== undefined && app.id !== appId) continue
      app.hook = { url, secret: secret ?? app.hook?.secret ?? randomBytes(20).toString('hex') }
      this.parts.webhooks.ping(app)
    }
  }
  /** Installs an app. `repos` are names with or without owner. Gives the installation. */
  install(appId: number, account: string, repos: readonly string[] | 'all', grant?: Permissions): number {
    const { world } = this.parts
    const app = this.app(appId)
    const id = world.nextId()
    const chosen = repos === 'all' ? this.#reposOf(account) : repos.map((name) => this.repo(name.includes('/') ? name : `${account}/${name}`))
    const installation: Installation = {
      id,
      nodeId: `INS_${id}`,
      app,
      account: world.account(account, 'Organization'),
      createdAt: world.now(),
      permissions: grant ?? app.permissions,
      selection: repos === 'all' ? 'all' : 'selected',
      repoIds: new Set(chosen.map((repo) => repo.id)),
      suspendedAt: null,
    }
    world.installations.set(id, installation)
    this.#tellInstallation(installation, 'created', { repositories: chosen.map(brief), requester: null })
    return id
  }
  /** Changes what an installation allows; null takes a permission away. */
  permit(installationId: number, change: Readonly<Record<string, 'read' | 'write' | null>>): void {
    const installation = this.installation(installationId)
    const all = Object.entries({ ...installation.permissions, ...change }).filter(([, level]) => level !== null)
    Object.assign(installation, { permissions: Object.fromEntries(all) })
  }
  /** Takes the app away; its tokens die. */
  uninstall(installationId: number): void {
    const installation = this.installation(installationId)
    this.#tellInstallation(installation, 'deleted', { repositories: this.#reposIn(installation).map(brief) })
    this.parts.tokens.revokeAll(installationId)
    this.parts.world.installations.delete(installationId)
  }
  /** Suspends or unsuspends an installation. */
  suspend(installationId: number, isSuspended = true): void {
    const installation = this.installation(installationId)
    installation.suspendedAt = isSuspended ? this.parts.world.now() : null
    this.#tellInstallation(installation, isSuspended ? 'suspend' : 'unsuspend', { repositories: this.#reposIn(installation).map(brief) })
  }
  /** Gives repos to an installation. */
  addRepos(installationId: number, names: readonly string[]): void {
    this.#changeRepos(installationId, names, [])
  }
  /** Takes repos from an installation. */
  removeRepos(installationId: number, names: readonly string[]): void {
    this.#changeRepos(installationId, [], names)
  }
  /** A token of an installation, without asking for it over HTTP. */
  tokenFor(installationId: number, wish: Parameters<Tokens['issue']>[1] = {}): string {
    return this.parts.tokens.issue(this.installation(installationId), wish).secret
  }
  /** Every token of the installation stops working at once. */
  revokeTokens(installationId: number): void {
    this.parts.tokens.revokeAll(installationId)
  }
  /** Makes a repo with one commit by its owner (no `files`: an empty repo). Installations on all repos get it. */
  createRepo(fullName: string, wanted: NewRepo): { readonly id: number; readonly nodeId: string } {
    const { world } = this.parts
    const [owner = '', name = ''] = fullName.split('/')
    const repo = new Repo({
      id: world.nextId(),
      owner: world.account(owner, wanted.ownerType ?? 'Organization'),
      name,
      defaultBranch: wanted.defaultBranch ?? 'main',
      createdAt: world.now(),
    })
    world.repos.set(repo.id, repo)
    if (Object.keys(wanted.files).length > 0)
      commitFiles(world, world.person('octocat'), repo, { branch: repo.defaultBranch, files: wanted.files, message: 'First commit' })
    repo.runs.clear()
    Object.assign(repo, {
      isArchived: wanted.archived ?? false,
      isFork: wanted.fork ?? false,
      isPrivate: wanted.private ?? false,
      pushedAt: wanted.pushedAt ?? repo.pushedAt,
    })
    for (const path of wanted.disabledWorkflows ?? []) repo.disabledWorkflows.add(path)
    for (const installation of world.installations.values()) {
      if (installation.selection !== 'all' || installation.account !== repo.owner) continue
      installation.repoIds.add(repo.id)
      this.#tellRepos(installation, [repo], [])
      world.tell({ event: 'repository', action: 'created', repo, sender: world.account('octocat'), installation, details: {} })
    }
    return { id: repo.id, nodeId: repo.nodeId }
  }
  /** Gives it another name; the old one redirects. */
  rename(fullName: string, name: string): void {
    const repo = this.repo(fullName)
    const from = repo.name
    repo.formerNames.add(repo.fullName.toLowerCase())
    repo.name = name
    this.#tellRepo(repo, 'renamed', { changes: { repository: { name: { from } } } })
  }
  /** Makes it read-only, or writable again. */
  archive(fullName: string, isArchived = true): void {
    const repo = this.repo(fullName)
    repo.isArchived = isArchived
    this.#tellRepo(repo, isArchived ? 'archived' : 'unarchived', {})
  }
  /** Gives it to another account; installations of the old owner lose it, those on all repos of the new one get it. */
  transfer(fullName: string, owner: string): void {
    const { world } = this.parts
    const repo = this.repo(fullName)
    const from = repo.owner
    repo.formerNames.add(repo.fullName.toLowerCase())
    for (const installation of world.installations.values()) {
      if (installation.repoIds.delete(repo.id)) this.#tellRepos(installation, [], [repo])
    }
    repo.owner = world.account(owner, 'Organization')
    for (const installation of world.installations.values()) {
      if (installation.selection !== 'all' || installation.account !== repo.owner) continue
      installation.repoIds.add(repo.id)
      this.#tellRepos(installation, [repo], [])
    }
    const previous = { login: from.login, id: from.id, node_id: from.nodeId, type: from.type, site_admin: false }
    this.#tellRepo(repo, 'transferred', { changes: { owner: { from: from.type === 'User' ? { user: previous } : { organization: previous } } } })
  }
  /** Deletes it. */
  deleteRepo(fullName: string): void {
    const repo = this.repo(fullName)
    this.#tellRepo(repo, 'deleted', {})
    this.parts.world.repos.delete(repo.id)
    for (const installation of this.parts.world.installations.values()) installation.repoIds.delete(repo.id)
  }
  /** The state of a repo. Throws where there is none: a mistake in the test. */
  repo(fullName: string): Repo {
    const [owner = '', name = ''] = fullName.split('/')
    const repo = this.parts.world.repoNamed(owner, name)
    if (repo === null) throw new Error(`the stand-in has no repo ${fullName}`)
    return repo
  }
  /** Pages of github.com that are not the API: the form of the manifest flow, which sends back with a code at once. Null: there is no such page. */
  page(request: { readonly method: string; readonly url: URL; readonly body: string }): Page | null {
    const { method, url, body } = request
    const owner = /^\/(?:organizations\/([^/]+)\/)?settings\/apps\/new$/.exec(url.pathname)
    if (owner === null || method !== 'POST') return null
    const text = new URLSearchParams(body).get('manifest') ?? ''
    const problems = validateManifest(text)
    if (problems.length > 0) return { status: 422, headers: { 'content-type': 'text/plain' }, body: `${problems.join('\n')}\n` }
    const code = randomBytes(20).toString('hex')
    this.parts.manifests.set(code, { manifest: JSON.parse(text) as AppManifest, owner: owner[1] ?? 'acme' })
    const back = new URL(String((JSON.parse(text) as AppManifest).redirect_url ?? this.parts.world.url))
    back.searchParams.set('code', code)
    const state = url.searchParams.get('state')
    if (state !== null) back.searchParams.set('state', state)
    return { status: 302, headers: { location: back.href }, body: '' }
  }

  protected app(appId: number): AppState {
    const app = this.parts.world.apps.get(appId)
    if (app === undefined) throw new Error(`the stand-in has no app ${appId}`)
    return app
  }
  protected installation(id: number): Installation {
    const installation = this.parts.world.installations.get(id)
    if (installation === undefined) throw new Error(`the stand-in has no installation ${id}`)
    return installation
  }
  #reposOf(account: string): Repo[] {
    return [...this.parts.world.repos.values()].filter((repo) => repo.owner.login.toLowerCase() === account.toLowerCase())
  }
  #reposIn(installation: Installation): Repo[] {
    return [...installation.repoIds].flatMap((id) => this.parts.world.repos.get(id) ?? [])
  }
  #changeRepos(installationId: number, add: readonly string[], remove: readonly string[]): void {
    const installation = this.installation(installationId)
    const added = add.map((name) => this.repo(name))
    const removed = remove.map((name) => this.repo(name))
    for (const repo of added) installation.repoIds.add(repo.id)
    for (const repo of removed) installation.repoIds.delete(repo.id)
    this.#tellRepos(installation, added, removed)
  }
  #tellRepos(installation: Installation, added: readonly Repo[], removed: readonly Repo[]): void {
    const { world } = this.parts
    const details = {
      repository_selection: installation.selection,
      repositories_added: added.map(brief),
      repositories_removed: removed.map(brief),
      requester: null,
    }
    world.tell({
      event: 'installation_repositories',
      action: added.length > 0 ? 'added' : 'removed',
      repo: null,
      sender: world.account('octocat'),
      installation,
      details,
    })
  }
  #tellInstallation(installation: Installation, action: string, details: Record<string, unknown>): void {
    const { world } = this.parts
    world.tell({ event: 'installation', action, repo: null, sender: world.account('octocat'), installation, details })
  }
  #tellRepo(repo: Repo, action: string, details: Record<string, unknown>): void {
    const { world } = this.parts
    world.tell({ event: 'repository', action, repo, sender: world.account('octocat'), installation: null, details })
  }
}
