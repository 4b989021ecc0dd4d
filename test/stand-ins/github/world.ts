/** What the stand-in remembers, and the nouns that everything else speaks of. */
import type { Repo } from './repos.ts'

export type Level = 'read' | 'write' | 'admin'
export type Permissions = Readonly<Record<string, Level>>
export type Account = { readonly id: number; readonly nodeId: string; readonly login: string; readonly type: 'User' | 'Organization' | 'Bot' }

export type AppState = {
  readonly id: number
  readonly nodeId: string
  readonly slug: string
  readonly owner: Account
  readonly bot: Account
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly privateKey: string
  readonly publicKey: string
  readonly clientId: string
  readonly clientSecret: string
  readonly createdAt: Date
  hook: { readonly url: string; readonly secret: string } | null
}

export type Installation = {
  readonly id: number
  readonly nodeId: string
  readonly app: AppState
  readonly account: Account
  readonly createdAt: Date
  readonly permissions: Permissions
  selection: 'all' | 'selected'
  repoIds: Set<number>
  suspendedAt: Date | null
}

/** Who does something. People (`installation` null, permissions `all`) may do everything. */
export type Actor = {
  readonly account: Account
  readonly installation: Installation | null
  readonly permissions: Permissions | 'all'
  readonly repoIds: ReadonlySet<number> | 'all'
}

/** Something that happened and that apps may have subscribed to. `details` are the fields of the body beside repository, sender and installation. */
export type Happening = {
  readonly event: string
  readonly action: string | null
  readonly repo: Repo | null
  readonly sender: Account
  /** Set where only one installation is told (`installation`, `installation_repositories`). */
  readonly installation: Installation | null
  readonly details: Readonly<Record<string, unknown>>
}

/** Knobs that tests turn. All may be changed at any time. */
export type Settings = {
  /** List look-ups of a repo's pull requests that do not show a new one yet. */
  pullRequestListLag: number
  /** Reads of a pull request that do not know yet whether it can be merged. */
  mergeableLag: number
  /** Fields that one GraphQL query may resolve before the answer is a 502. */
  graphqlFieldBudget: number
  /** `fail`: breaking a limit is a violation. `answer`: GitHub's answer with `retry-after`. `answer-silently`: the same without the header. */
  limits: 'fail' | 'answer' | 'answer-silently'
  /** Runs leave `queued` when they are asked for, or only by `completeRun`. */
  runsStart: boolean
  /** Pushes start the workflows that listen to them. */
  pushesStartRuns: boolean
}

/** GitHub's answer to "may this token do that". */
export function allows(actor: Actor, permission: string, level: Level): boolean {
  if (actor.permissions === 'all') return true
  const granted = actor.permissions[permission]
  return granted !== undefined && (level === 'read' || granted === level || granted === 'admin')
}

/** True when the token may know that the repo exists. */
export const sees = (actor: Actor, repo: Repo): boolean => actor.repoIds === 'all' || actor.repoIds.has(repo.id)

/** All of the state, and the two things every verb needs: a clock and a way to say what happened. */
export class World {
  readonly now: () => Date
  readonly settings: Settings = {
    pullRequestListLag: 0,
    mergeableLag: 1,
    graphqlFieldBudget: 200_000,
    limits: 'fail',
    runsStart: true,
    pushesStartRuns: true,
  }
  readonly accounts = new Map<string, Account>()
  readonly apps = new Map<number, AppState>()
  readonly installations = new Map<number, Installation>()
  readonly repos = new Map<number, Repo>()
  readonly listeners: ((happening: Happening) => void)[] = []
  readonly violations: string[] = []
  /** Where the server listens; set once it does. */
  url = ''
  #id = 1000

  constructor(now: () => Date) {
    this.now = now
  }
  /** A number that nothing else here has. */
  nextId(): number {
    this.#id += 1
    return this.#id
  }
  /** The account of this login; made when it is new (`acme` is an organization unless said otherwise). */
  account(login: string, type: Account['type'] = 'User'): Account {
    const known = this.accounts.get(login.toLowerCase())
    if (known !== undefined) return known
    const id = this.nextId()
    const made: Account = { id, nodeId: `${type === 'Bot' ? 'BOT' : type === 'User' ? 'U' : 'O'}_${id}`, login, type }
    this.accounts.set(login.toLowerCase(), made)
    return made
  }
  /** The account behind a commit's e-mail, as GitHub maps it: by the no-reply address. */
  accountOfEmail(email: string): Account | null {
    const match = /^(\d+)\+.*@users\.noreply\.github\.com$/.exec(email)
    return match === null ? null : ([...this.accounts.values()].find((account) => account.id === Number(match[1])) ?? null)
  }
  /** The repo of this name (case does not matter), or null. */
  repoNamed(owner: string, name: string): Repo | null {
    const wanted = `${owner}/${name}`.toLowerCase()
    const all = [...this.repos.values()]
    return all.find((repo) => repo.fullName.toLowerCase() === wanted) ?? all.find((repo) => repo.formerNames.has(wanted)) ?? null
  }
  /** An actor that may do everything, named `login`. */
  person(login: string): Actor {
    return { account: this.account(login), installation: null, permissions: 'all', repoIds: 'all' }
  }
  /** Tells the listeners (webhooks, workflow runs) what happened. */
  tell(happening: Happening): void {
    for (const listener of this.listeners) listener(happening)
  }
}

/** The address under which GitHub knows an account's commits. */
export const emailOf = (account: Account): string => `${account.id}+${account.login}@users.noreply.github.com`
