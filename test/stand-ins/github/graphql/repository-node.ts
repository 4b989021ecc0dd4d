/** Repos and refs as GraphQL objects. */
import { kindOfMode } from '../git-objects.ts'
import { Refusal } from '../refusal.ts'
import type { Repo } from '../repos.ts'
import { allows, type World } from '../world.ts'
import { type Args, connection, type Context, iso, type Node } from './connection.ts'
import { accountNode, commitNode, objectNode, treeNode } from './object-nodes.ts'
import { issueOrPullNode, labelNode, pullNode, pullsOf } from './thread-nodes.ts'

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
