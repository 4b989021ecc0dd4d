/** Git objects and accounts as GraphQL objects. */
import { type Commit, kindOfMode } from '../git-objects.ts'
import type { Repo } from '../repos.ts'
import type { Account, World } from '../world.ts'
import { type Args, connection, iso, type Node } from './connection.ts'
import { repositoryNode } from './repository-node.ts'
import { pullNode } from './thread-nodes.ts'

const textLimit = 512_000

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

/** A tree whose entries know their path from the root. */
export function treeNode(world: World, repo: Repo, oid: string, folder: string): Node {
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
