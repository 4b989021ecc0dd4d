/** State as GitHub's REST objects. Only what is true of the state stands here; `OpenApi` adds the rest of the required fields. */
import type { Json } from './openapi.ts'
import { readMergeable } from './pulls.ts'
import type { Comment, Issue, PullRequest, Repo, Thread } from './repos.ts'
import type { Account, World } from './world.ts'

/** Root of REST. */
export const api = (world: World) => `${world.url}/api/v3`
/** A time as REST writes it. */
export const iso = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')

/** An account as `simple-user`. */
export function userShape(world: World, account: Account): Json {
  const { login } = account
  return {
    id: account.id,
    node_id: account.nodeId,
    login,
    type: account.type,
    site_admin: false,
    html_url: `${world.url}/${encodeURIComponent(login)}`,
    url: `${api(world)}/users/${encodeURIComponent(login)}`,
    gravatar_id: '',
  }
}

/** A repo as `full-repository`, `repository` and `minimal-repository`. */
export function repoShape(world: World, repo: Repo): Json {
  const url = `${api(world)}/repos/${repo.fullName}`
  return {
    id: repo.id,
    node_id: repo.nodeId,
    name: repo.name,
    full_name: repo.fullName,
    owner: userShape(world, repo.owner),
    private: repo.isPrivate,
    visibility: repo.isPrivate ? 'private' : 'public',
    fork: repo.isFork,
    archived: repo.isArchived,
    disabled: false,
    default_branch: repo.defaultBranch,
    has_issues: repo.hasIssues,
    has_discussions: false,
    url,
    html_url: `${world.url}/${repo.fullName}`,
    clone_url: `${world.url}/${repo.fullName}.git`,
    created_at: iso(repo.createdAt),
    updated_at: iso(repo.pushedAt),
    pushed_at: iso(repo.pushedAt),
    description: null,
    homepage: null,
    language: null,
    license: null,
    mirror_url: null,
    forks_url: `${url}/forks`,
    git_url: `git:${repo.fullName}.git`,
    ssh_url: `git@localhost:${repo.fullName}.git`,
    svn_url: `${world.url}/${repo.fullName}`,
    hooks_url: `${url}/hooks`,
    topics: [],
  }
}

/** A label of a repo. */
export function labelShape(world: World, repo: Repo, name: string): Json {
  const label = repo.labels.get(name.toLowerCase())
  return {
    id: label?.id ?? 0,
    node_id: label?.nodeId ?? '',
    name: label?.name ?? name,
    color: label?.color ?? 'ededed',
    default: false,
    description: label?.description ?? null,
    url: `${api(world)}/repos/${repo.fullName}/labels/${encodeURIComponent(name)}`,
  }
}

function threadShape(world: World, thread: Thread): Json {
  return {
    id: thread.id,
    node_id: thread.nodeId,
    number: thread.number,
    title: thread.title,
    body: thread.body,
    state: thread.state,
    locked: false,
    user: userShape(world, thread.author),
    labels: thread.labels.map((name) => labelShape(world, thread.repo, name)),
    created_at: iso(thread.createdAt),
    updated_at: iso(thread.updatedAt),
    closed_at: thread.closedAt === null ? null : iso(thread.closedAt),
    comments: thread.comments.length,
    assignee: null,
    assignees: thread.assignees.map((login) => userShape(world, { ...thread.repo.owner, login })),
    milestone: null,
    author_association: thread.author.type === 'Bot' ? 'NONE' : 'MEMBER',
  }
}

/** A pull request as `pull-request-simple`, and with `full` as `pull-request` (which counts as a read of `mergeable`). */
export function pullShape(world: World, pull: PullRequest, full: boolean): Json {
  const { repo } = pull
  const url = `${api(world)}/repos/${repo.fullName}/pulls/${pull.number}`
  const side = (branch: string, sha: string) => ({
    label: `${repo.owner.login}:${branch}`,
    ref: branch,
    sha,
    user: userShape(world, repo.owner),
    repo: repoShape(world, repo),
  })
  const simple: Json = {
    ...threadShape(world, pull),
    url,
    html_url: `${world.url}/${repo.fullName}/pull/${pull.number}`,
    head: side(pull.headBranch, pull.headOid),
    base: side(pull.baseBranch, pull.baseOid),
    draft: pull.isDraft,
    merged_at: pull.mergedAt === null ? null : iso(pull.mergedAt),
    merge_commit_sha: pull.mergeOid,
    auto_merge: null,
    active_lock_reason: null,
    requested_reviewers: [],
    requested_teams: [],
    _links: { self: { href: url }, html: { href: `${world.url}/${repo.fullName}/pull/${pull.number}` } },
  }
  if (!full) return simple
  const mergeable = readMergeable(pull)
  const base = repo.git.mergeBase(pull.headOid, pull.baseOid)
  const changed = repo.git.changedFiles(base === null ? null : repo.git.needCommit(base).tree, repo.git.needCommit(pull.headOid).tree)
  return {
    ...simple,
    merged: pull.mergedAt !== null,
    merged_by: pull.mergedBy === null ? null : userShape(world, pull.mergedBy),
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    commits: repo.git.log(pull.headOid, base).length,
    changed_files: changed.added.length + changed.modified.length + changed.removed.length,
    maintainer_can_modify: false,
  }
}

const noReactions = (url: string): Json => ({
  url: `${url}/reactions`,
  total_count: 0,
  '+1': 0,
  '-1': 0,
  laugh: 0,
  confused: 0,
  heart: 0,
  hooray: 0,
  eyes: 0,
  rocket: 0,
})

/** An issue, or a pull request as the issues API shows it. */
export function issueShape(world: World, thread: Issue | PullRequest): Json {
  const { repo } = thread
  const url = `${api(world)}/repos/${repo.fullName}/issues/${thread.number}`
  const page = `${world.url}/${repo.fullName}/${thread.kind === 'pull' ? 'pull' : 'issues'}/${thread.number}`
  const links =
    thread.kind === 'pull'
      ? {
          pull_request: {
            url: `${api(world)}/repos/${repo.fullName}/pulls/${thread.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: null,
          },
        }
      : {}
  return {
    ...threadShape(world, thread),
    ...links,
    url,
    html_url: page,
    repository_url: `${api(world)}/repos/${repo.fullName}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    labels_url: `${url}/labels{/name}`,
    state_reason: thread.stateReason,
    active_lock_reason: null,
    reactions: noReactions(url),
    closed_by: thread.closedBy === null ? null : userShape(world, thread.closedBy),
  }
}

/** A comment on an issue or pull request. */
export function commentShape(world: World, thread: Thread, comment: Comment): Json {
  const url = `${api(world)}/repos/${thread.repo.fullName}/issues`
  return {
    id: comment.id,
    node_id: comment.nodeId,
    body: comment.body,
    user: userShape(world, comment.author),
    created_at: iso(comment.createdAt),
    updated_at: iso(comment.updatedAt),
    url: `${url}/comments/${comment.id}`,
    issue_url: `${url}/${thread.number}`,
    html_url: `${world.url}/${thread.repo.fullName}/issues/${thread.number}#issuecomment-${comment.id}`,
    author_association: comment.author.type === 'Bot' ? 'NONE' : 'MEMBER',
    performed_via_github_app: null,
    reactions: noReactions(`${url}/comments/${comment.id}`),
  }
}
