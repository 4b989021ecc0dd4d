/** State as GraphQL objects: plain objects whose fields graphql-js calls. */
import { type Commit, kindOfMode } from '../git-objects.ts'
import { listedPulls, readMergeable } from '../pulls.ts'
import { Refusal } from '../refusal.ts'
import type { Comment, PullRequest, Repo, Thread } from '../repos.ts'
import { type Account, type Actor, allows, sees, type World } from '../world.ts'

export type Context = { readonly world: World; readonly actor: Actor; fields: number; readonly cost: { readonly nodes: number; readonly cost: number } }
export type Node = { readonly __typename: string } & Record<string, unknown>
type Args = Readonly<Record<string, unknown>>
const iso = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')
const textLimit = 512_000

/** A page of a list. Raises `Refusal` where neither `first` nor `last` is given, or they are over 100. */
export function connection(all: readonly unknown[], args: Args, type: string, total = all.length): Node {
  const first = args.first as number | null | undefined
  const last = args.last as number | null | undefined
  const size = first ?? last
  if (size === null || size === undefined)
    throw new Refusal('unprocessable', `You must provide a \`first\` or \`last\` value to properly paginate the \`${type}\` connection.`)
  if (size > 100 || size < 0)
    throw new Refusal('unprocessable', `Requesting ${size} records on the \`${type}\` connection exceeds the \`first\` limit of 100 records.`)
  const start = typeof args.after === 'string' ? Number(Buffer.from(args.after, 'base64').toString().replace('cursor:', '')) : 0
  const from = first === null || first === undefined ? Math.max(0, all.length - size) : start
  const nodes = all.slice(from, from + size)
  const cursor = (index: number) => Buffer.from(`cursor:${index}`).toString('base64')
  return {
    __typename: `${type}Connection`,
    totalCount: total,
    nodes,
    edges: nodes.map((node, index) => ({ __typename: `${type}Edge`, node, cursor: cursor(from + index + 1) })),
    pageInfo: {
      __typename: 'PageInfo',
      hasNextPage: from + size < all.length,
      hasPreviousPage: from > 0,
      startCursor: nodes.length > 0 ? cursor(from + 1) : null,
      endCursor: nodes.length > 0 ? cursor(from + nodes.length) : null,
    },
  }
}

/** An account: `User`, `Organization` or `Bot` (whose login has no `[bot]` here). */
export function accountNode(world: World, account: Account): Node {
  const login = account.login.replace(/\[bot\]$/, '')
  return {
    __typename: account.type,
    id: account.nodeId,
    databaseId: account.id,
    login,
    url: `${world.url}/${login}`,
    resourcePath: `/${login}`,
    avatarUrl: `${world.url}/${login}.png`,
    name: account.login,
  }
}

/** A git object of a repo by name, or null. */
export function objectNode(world: World, repo: Repo, oid: string): Node | null {
  const { git } = repo
  const base = {
    oid,
    abbreviatedOid: oid.slice(0, 7),
    repository: () => repositoryNode(world, repo),
    commitUrl: `${world.url}/${repo.fullName}/commit/${oid}`,
    commitResourcePath: `/${repo.fullName}/commit/${oid}`,
  }
  const commit = git.commit(oid)
  if (commit !== null) return commitNode(world, repo, commit)
  const entries = git.tree(oid)
  if (entries !== null)
    return { __typename: 'Tree', id: `T_${repo.id}_${oid}`, ...base, entries: () => entries.map((entry) => entryNode(world, repo, entry, '')) }
  const bytes = git.blob(oid)
  if (bytes === null) return null
  const isBinary = bytes.subarray(0, 8000).includes(0)
  return {
    __typename: 'Blob',
    id: `B_${repo.id}_${oid}`,
    ...base,
    byteSize: bytes.length,
    isBinary,
    isTruncated: !isBinary && bytes.length > textLimit,
    text: () => (isBinary ? null : new TextDecoder().decode(bytes.subarray(0, textLimit))),
  }
}

function entryNode(world: World, repo: Repo, entry: { name: string; mode: string; oid: string }, folder: string): Node {
  const kind = kindOfMode(entry.mode)
  const extension = /\.[^.]+$/.exec(entry.name)?.[0] ?? ''
  return {
    __typename: 'TreeEntry',
    name: entry.name,
    nameRaw: Buffer.from(entry.name).toString('base64'),
    path: `${folder}${entry.name}`,
    pathRaw: Buffer.from(`${folder}${entry.name}`).toString('base64'),
    mode: Number.parseInt(entry.mode, 8),
    type: kind,
    oid: entry.oid,
    extension,
    size: kind === 'blob' ? (repo.git.blob(entry.oid)?.length ?? 0) : 0,
    isGenerated: false,
    repository: () => repositoryNode(world, repo),
    object: () =>
      kind === 'commit' ? null : kind === 'tree' ? treeNode(world, repo, entry.oid, `${folder}${entry.name}/`) : objectNode(world, repo, entry.oid),
    submodule: null,
  }
}

function treeNode(world: World, repo: Repo, oid: string, folder: string): Node {
  return { ...(objectNode(world, repo, oid) as Node), entries: () => (repo.git.tree(oid) ?? []).map((entry) => entryNode(world, repo, entry, folder)) }
}

/** A commit. */
export function commitNode(world: World, repo: Repo, commit: Commit): Node {
  const who = (person: Commit['author']) => {
    const account = world.accountOfEmail(person.email)
    return {
      __typename: 'GitActor',
      name: person.name,
      email: person.email,
      date: iso(person.date),
      user: account === null ? null : { ...accountNode(world, account), __typename: 'User', login: account.login },
    }
  }
  const isSigned = repo.git.isSignedByGitHub(commit.oid)
  return {
    __typename: 'Commit',
    id: `C_${repo.id}_${commit.oid}`,
    oid: commit.oid,
    abbreviatedOid: commit.oid.slice(0, 7),
    url: `${world.url}/${repo.fullName}/commit/${commit.oid}`,
    commitUrl: `${world.url}/${repo.fullName}/commit/${commit.oid}`,
    repository: () => repositoryNode(world, repo),
    message: commit.message,
    messageHeadline: commit.message.split('\n', 1)[0] ?? '',
    messageBody: commit.message.split('\n').slice(1).join('\n').trim(),
    committedDate: iso(commit.committer.date),
    authoredDate: iso(commit.author.date),
    author: () => who(commit.author),
    authors: (args: Args) => connection([who(commit.author)], args, 'GitActor'),
    committer: () => who(commit.committer),
    committedViaWeb: isSigned,
    authoredByCommitter: commit.author.email === commit.committer.email,
    signature: () =>
      isSigned
        ? {
            __typename: 'GpgSignature',
            isValid: true,
            state: 'VALID',
            wasSignedByGitHub: true,
            email: 'noreply@github.com',
            signature: 'c3RhbmQtaW4=',
            payload: '',
            keyId: null,
            signer: null,
            verifiedAt: null,
          }
        : null,
    tree: () => objectNode(world, repo, commit.tree),
    parents: (args: Args) =>
      connection(
        commit.parents.map((oid) => objectNode(world, repo, oid)),
        args,
        'Commit',
      ),
    changedFilesIfAvailable: () => {
      const changed = repo.git.changedFiles(commit.parents[0] === undefined ? null : repo.git.needCommit(commit.parents[0]).tree, commit.tree)
      return changed.added.length + changed.modified.length + changed.removed.length
    },
    file: (args: Args) => {
      const path = String(args.path)
      const entry = repo.git.at(commit.tree, path)
      const slash = path.lastIndexOf('/')
      return entry === null ? null : entryNode(world, repo, { name: path.slice(slash + 1), ...entry }, slash < 0 ? '' : path.slice(0, slash + 1))
    },
    history: (args: Args) => {
      const path = typeof args.path === 'string' ? args.path : null
      const all = repo.git.log(commit.oid).filter((one) => path === null || touches(repo, one, path))
      return connection(
        all.map((one) => commitNode(world, repo, one)),
        args,
        'CommitHistory',
      )
    },
    associatedPullRequests: (args: Args) =>
      connection(
        repo
          .pulls()
          .filter((pull) => pull.headOid === commit.oid || pull.mergeOid === commit.oid)
          .map((pull) => pullNode(world, pull)),
        args,
        'PullRequest',
      ),
    statusCheckRollup: null,
    status: null,
    checkSuites: (args: Args) => connection([], args, 'CheckSuite'),
  }
}

function touches(repo: Repo, commit: Commit, path: string): boolean {
  const parent = commit.parents[0] === undefined ? null : repo.git.needCommit(commit.parents[0])
  return repo.git.at(commit.tree, path)?.oid !== (parent === null ? undefined : repo.git.at(parent.tree, path)?.oid)
}

/** A ref. */
export function refNode(world: World, repo: Repo, name: string): Node | null {
  const oid = repo.refs.get(name)
  if (oid === undefined) return null
  const prefix = /^refs\/[^/]+\//.exec(name)?.[0] ?? 'refs/'
  const short = name.slice(prefix.length)
  return {
    __typename: 'Ref',
    id: `REF_${Buffer.from(`${repo.id}:${name}`).toString('base64url')}`,
    name: short,
    prefix,
    repository: () => repositoryNode(world, repo),
    target: () => objectNode(world, repo, oid),
    associatedPullRequests: (args: Args) =>
      connection(
        pullsOf(repo, { ...args, headRefName: short }).map((pull) => pullNode(world, pull)),
        args,
        'PullRequest',
      ),
    branchProtectionRule: null,
    compare: (args: Args) => {
      const head = repo.resolve(String(args.headRef))
      if (head === null) return null
      const commits = repo.git.log(head.oid, oid).toReversed()
      const behindBy = repo.git.log(oid, head.oid).length
      const status = commits.length === 0 ? (behindBy === 0 ? 'IDENTICAL' : 'BEHIND') : behindBy === 0 ? 'AHEAD' : 'DIVERGED'
      return {
        __typename: 'Comparison',
        id: `CMP_${oid}_${head.oid}`,
        aheadBy: commits.length,
        behindBy,
        status,
        baseTarget: () => objectNode(world, repo, oid),
        headTarget: () => objectNode(world, repo, head.oid),
        commits: (page: Args) => ({
          ...connection(
            commits.map((one) => commitNode(world, repo, one)),
            page,
            'ComparisonCommit',
          ),
          authorCount: 1,
        }),
      }
    },
  }
}

const stateOf = (pull: PullRequest) => (pull.mergedAt !== null ? 'MERGED' : pull.state === 'open' ? 'OPEN' : 'CLOSED')

function pullsOf(repo: Repo, args: Args): PullRequest[] {
  const states = args.states as readonly string[] | null | undefined
  const labels = args.labels as readonly string[] | null | undefined
  const order = args.orderBy as { readonly field: string; readonly direction: string } | null | undefined
  const found = listedPulls(repo).filter(
    (pull) =>
      (args.headRefName === undefined || args.headRefName === null || pull.headBranch === args.headRefName) &&
      (args.baseRefName === undefined || args.baseRefName === null || pull.baseBranch === args.baseRefName) &&
      (states === undefined || states === null || states.includes(stateOf(pull))) &&
      (labels === undefined || labels === null || labels.some((label) => pull.labels.includes(label))),
  )
  const key = (pull: PullRequest) => (order?.field === 'UPDATED_AT' ? pull.updatedAt : pull.createdAt).getTime()
  const sorted = found.toSorted((a, b) => key(a) - key(b) || a.number - b.number)
  return order?.direction === 'DESC' ? sorted.toReversed() : sorted
}

function threadNode(world: World, thread: Thread): Record<string, unknown> {
  return {
    id: thread.nodeId,
    databaseId: thread.id,
    fullDatabaseId: String(thread.id),
    number: thread.number,
    title: thread.title,
    body: thread.body,
    bodyText: thread.body,
    createdAt: iso(thread.createdAt),
    updatedAt: iso(thread.updatedAt),
    closedAt: thread.closedAt === null ? null : iso(thread.closedAt),
    closed: thread.state === 'closed',
    locked: false,
    author: () => accountNode(world, thread.author),
    repository: () => repositoryNode(world, thread.repo),
    viewerDidAuthor: false,
    labels: (args: Args) =>
      connection(
        thread.labels.map((name) => labelNode(world, thread.repo, name)),
        args,
        'Label',
      ),
    comments: (args: Args) =>
      connection(
        thread.comments.map((comment) => commentNode(world, thread, comment)),
        args,
        'IssueComment',
      ),
  }
}

/** A label. */
export function labelNode(world: World, repo: Repo, name: string): Node | null {
  const label = repo.labels.get(name.toLowerCase())
  return label === undefined
    ? null
    : {
        __typename: 'Label',
        id: label.nodeId,
        name: label.name,
        color: label.color,
        description: label.description,
        repository: () => repositoryNode(world, repo),
      }
}

/** A comment. */
export function commentNode(world: World, thread: Thread, comment: Comment): Node {
  return {
    __typename: 'IssueComment',
    id: comment.nodeId,
    databaseId: comment.id,
    body: comment.body,
    bodyText: comment.body,
    author: () => accountNode(world, comment.author),
    createdAt: iso(comment.createdAt),
    updatedAt: iso(comment.updatedAt),
    url: `${world.url}/${thread.repo.fullName}/issues/${thread.number}#issuecomment-${comment.id}`,
    isMinimized: false,
    repository: () => repositoryNode(world, thread.repo),
  }
}

/** A pull request. Reading `mergeable` counts. */
export function pullNode(world: World, pull: PullRequest): Node {
  const { repo } = pull
  return {
    __typename: 'PullRequest',
    ...threadNode(world, pull),
    state: stateOf(pull),
    url: `${world.url}/${repo.fullName}/pull/${pull.number}`,
    resourcePath: `/${repo.fullName}/pull/${pull.number}`,
    headRefName: pull.headBranch,
    headRefOid: pull.headOid,
    headRef: () => refNode(world, repo, `refs/heads/${pull.headBranch}`),
    headRepository: () => repositoryNode(world, repo),
    headRepositoryOwner: () => accountNode(world, repo.owner),
    isCrossRepository: false,
    baseRefName: pull.baseBranch,
    baseRefOid: pull.baseOid,
    baseRef: () => refNode(world, repo, `refs/heads/${pull.baseBranch}`),
    baseRepository: () => repositoryNode(world, repo),
    isDraft: pull.isDraft,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt === null ? null : iso(pull.mergedAt),
    mergedBy: () => (pull.mergedBy === null ? null : accountNode(world, pull.mergedBy)),
    mergeCommit: () => (pull.mergeOid === null ? null : objectNode(world, repo, pull.mergeOid)),
    mergeable: () => {
      const known = readMergeable(pull)
      return known === null ? 'UNKNOWN' : known ? 'MERGEABLE' : 'CONFLICTING'
    },
    autoMergeRequest: null,
    reviewDecision: null,
    commits: (args: Args) => {
      const commits = repo.git.log(pull.headOid, repo.git.mergeBase(pull.headOid, pull.baseOid)).toReversed()
      return connection(
        commits.map((commit) => ({
          __typename: 'PullRequestCommit',
          id: `PRC_${pull.id}_${commit.oid}`,
          url: `${world.url}/${repo.fullName}/pull/${pull.number}/commits/${commit.oid}`,
          commit: () => commitNode(world, repo, commit),
          pullRequest: () => pullNode(world, pull),
        })),
        args,
        'PullRequestCommit',
      )
    },
    files: (args: Args) => {
      const base = repo.git.mergeBase(pull.headOid, pull.baseOid)
      const changed = repo.git.changedFiles(base === null ? null : repo.git.needCommit(base).tree, repo.git.needCommit(pull.headOid).tree)
      const rows = (paths: readonly string[], changeType: string) =>
        paths.map((path) => ({ __typename: 'PullRequestChangedFile', path, changeType, additions: 0, deletions: 0 }))
      return connection(
        [...rows(changed.added, 'ADDED'), ...rows(changed.modified, 'MODIFIED'), ...rows(changed.removed, 'DELETED')],
        args,
        'PullRequestChangedFile',
      )
    },
  }
}

/** An issue or a pull request. */
export function issueOrPullNode(world: World, thread: Thread): Node {
  if (thread.kind === 'pull') return pullNode(world, thread)
  return {
    __typename: 'Issue',
    ...threadNode(world, thread),
    state: thread.state === 'open' ? 'OPEN' : 'CLOSED',
    stateReason: thread.stateReason?.toUpperCase() ?? null,
    url: `${world.url}/${thread.repo.fullName}/issues/${thread.number}`,
    resourcePath: `/${thread.repo.fullName}/issues/${thread.number}`,
  }
}

const needs = (context: Context, permission: string, level: 'read' | 'write' = 'read') => {
  if (!allows(context.actor, permission, level)) throw new Refusal('forbidden', 'Resource not accessible by integration')
}

/** A repo. Contents, pull requests and issues need their permissions. */
export function repositoryNode(world: World, repo: Repo): Node {
  return {
    __typename: 'Repository',
    id: repo.nodeId,
    databaseId: repo.id,
    name: repo.name,
    nameWithOwner: repo.fullName,
    owner: () => accountNode(world, repo.owner),
    url: `${world.url}/${repo.fullName}`,
    resourcePath: `/${repo.fullName}`,
    isArchived: repo.isArchived,
    isFork: repo.isFork,
    isPrivate: repo.isPrivate,
    isDisabled: false,
    isEmpty: repo.refs.size === 0,
    isMirror: false,
    isTemplate: false,
    isLocked: false,
    visibility: repo.isPrivate ? 'PRIVATE' : 'PUBLIC',
    hasIssuesEnabled: repo.hasIssues,
    description: null,
    createdAt: iso(repo.createdAt),
    pushedAt: iso(repo.pushedAt),
    updatedAt: iso(repo.pushedAt),
    mergeCommitAllowed: true,
    squashMergeAllowed: true,
    rebaseMergeAllowed: true,
    autoMergeAllowed: false,
    deleteBranchOnMerge: false,
    defaultBranchRef: (_args: Args, context: Context) => {
      needs(context, 'contents')
      return refNode(world, repo, `refs/heads/${repo.defaultBranch}`)
    },
    ref: (args: Args, context: Context) => {
      needs(context, 'contents')
      const name = String(args.qualifiedName)
      return refNode(world, repo, name) ?? refNode(world, repo, `refs/heads/${name}`) ?? refNode(world, repo, `refs/tags/${name}`)
    },
    refs: (args: Args, context: Context) => {
      needs(context, 'contents')
      const prefix = String(args.refPrefix)
      const query = typeof args.query === 'string' ? args.query : ''
      const names = [...repo.refs.keys()].filter((name) => name.startsWith(prefix) && name.includes(query)).toSorted()
      return connection(
        names.map((name) => refNode(world, repo, name)),
        args,
        'Ref',
      )
    },
    object: (args: Args, context: Context) => {
      needs(context, 'contents')
      if (typeof args.oid === 'string') return objectNode(world, repo, args.oid)
      const [revision = '', ...rest] = String(args.expression).split(':')
      const commit = repo.resolve(revision)
      if (commit === null) return objectNode(world, repo, revision)
      if (rest.length === 0) return commitNode(world, repo, commit)
      const path = rest.join(':')
      const entry = repo.git.at(commit.tree, path)
      return entry === null
        ? null
        : kindOfMode(entry.mode) === 'tree'
          ? treeNode(world, repo, entry.oid, path === '' ? '' : `${path}/`)
          : objectNode(world, repo, entry.oid)
    },
    pullRequest: (args: Args, context: Context) => {
      needs(context, 'pull_requests')
      return pullNode(world, repo.pull(Number(args.number)))
    },
    pullRequests: (args: Args, context: Context) => {
      needs(context, 'pull_requests')
      return connection(
        pullsOf(repo, args).map((pull) => pullNode(world, pull)),
        args,
        'PullRequest',
      )
    },
    issue: (args: Args, context: Context) => {
      needs(context, 'issues')
      const thread = repo.thread(Number(args.number))
      return thread.kind === 'issue' ? issueOrPullNode(world, thread) : null
    },
    issueOrPullRequest: (args: Args) => issueOrPullNode(world, repo.thread(Number(args.number))),
    issues: (args: Args, context: Context) => {
      needs(context, 'issues')
      const states = args.states as readonly string[] | undefined
      const filter = args.filterBy as { readonly createdBy?: string; readonly labels?: readonly string[] } | undefined
      const labels = (args.labels as readonly string[] | undefined) ?? filter?.labels
      const order = args.orderBy as { readonly direction: string } | undefined
      const found = [...repo.threads.values()].filter(
        (thread) =>
          thread.kind === 'issue' &&
          (states === undefined || states.includes(thread.state.toUpperCase())) &&
          (labels === undefined || labels.some((label) => thread.labels.includes(label))) &&
          (filter?.createdBy === undefined || [thread.author.login, thread.author.login.replace('[bot]', '')].includes(filter.createdBy)),
      )
      return connection(
        (order?.direction === 'DESC' ? found.reverse() : found).map((thread) => issueOrPullNode(world, thread)),
        args,
        'Issue',
      )
    },
    label: (args: Args) => labelNode(world, repo, String(args.name)),
    labels: (args: Args) =>
      connection(
        [...repo.labels.values()].map((label) => labelNode(world, repo, label.name)),
        args,
        'Label',
      ),
    branchProtectionRules: (args: Args) => connection([], args, 'BranchProtectionRule'),
  }
}

/** The object behind a node id that the actor may see, or null. */
export function findNode(world: World, actor: Actor, id: string): Node | null {
  const found = locate(world, id)
  return found !== null && (found.repo === null || sees(actor, found.repo)) ? found.node() : null
}

/** The repo of this node id. Raises `Refusal` not-found with GitHub's words. */
export function needRepo(world: World, actor: Actor, id: unknown): Repo {
  const repo = [...world.repos.values()].find((one) => one.nodeId === id)
  if (repo === undefined || !sees(actor, repo)) throw unresolved(id)
  return repo
}

/** The issue or pull request of this node id. Raises `Refusal` not-found. */
export function needThread(world: World, actor: Actor, id: unknown): Thread {
  for (const repo of world.repos.values()) {
    for (const thread of repo.threads.values()) if (thread.nodeId === id && sees(actor, repo)) return thread
  }
  throw unresolved(id)
}

/** The ref of this node id. Raises `Refusal` not-found. */
export function needRef(world: World, actor: Actor, id: unknown): { readonly repo: Repo; readonly name: string } {
  const [repoId = '', ...rest] = Buffer.from(String(id).replace(/^REF_/, ''), 'base64url').toString().split(':')
  const repo = world.repos.get(Number(repoId))
  const name = rest.join(':')
  if (repo === undefined || !sees(actor, repo) || !repo.refs.has(name)) throw unresolved(id)
  return { repo, name }
}

/** GitHub's words for an id that leads nowhere. */
export const unresolved = (id: unknown): Refusal => new Refusal('not-found', `Could not resolve to a node with the global id of '${String(id)}'`)

function locate(world: World, id: string): { readonly repo: Repo | null; readonly node: () => Node | null } | null {
  const [kind = '', first = '', oid] = id.split('_')
  if (kind === 'REF') {
    const [repoId = '', ...rest] = Buffer.from(first, 'base64url').toString().split(':')
    const repo = world.repos.get(Number(repoId))
    return repo === undefined ? null : { repo, node: () => refNode(world, repo, rest.join(':')) }
  }
  if (['C', 'T', 'B'].includes(kind) && oid !== undefined) {
    const repo = world.repos.get(Number(first))
    return repo === undefined ? null : { repo, node: () => objectNode(world, repo, oid) }
  }
  for (const repo of world.repos.values()) {
    if (repo.nodeId === id) return { repo, node: () => repositoryNode(world, repo) }
    for (const thread of repo.threads.values()) {
      if (thread.nodeId === id) return { repo, node: () => issueOrPullNode(world, thread) }
      const comment = thread.comments.find((one) => one.nodeId === id)
      if (comment !== undefined) return { repo, node: () => commentNode(world, thread, comment) }
    }
    for (const label of repo.labels.values()) if (label.nodeId === id) return { repo, node: () => labelNode(world, repo, label.name) }
  }
  const account = [...world.accounts.values()].find((one) => one.nodeId === id)
  return account === undefined ? null : { repo: null, node: () => accountNode(world, account) }
}
