/** Pull requests, issues, comments and labels as GraphQL objects. */
import { listedPulls, readMergeable } from '../pulls.ts'
import type { Comment, PullRequest, Repo, Thread } from '../repos.ts'
import type { World } from '../world.ts'
import { type Args, connection, iso, type Node } from './connection.ts'
import { accountNode, commitNode, objectNode } from './object-nodes.ts'
import { refNode, repositoryNode } from './repository-node.ts'

const stateOf = (pull: PullRequest) => (pull.mergedAt !== null ? 'MERGED' : pull.state === 'open' ? 'OPEN' : 'CLOSED')

/** The pull requests that a list with these arguments shows. */
export function pullsOf(repo: Repo, args: Args): PullRequest[] {
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
