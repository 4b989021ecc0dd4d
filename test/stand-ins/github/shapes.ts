/** State as GitHub's REST objects. Only what is true of the state stands here; `OpenApi` adds the rest of the required fields. */
import type { Commit } from './git-objects.ts'
import type { Json } from './openapi.ts'
import { readMergeable } from './pulls.ts'
import type { Comment, Issue, PullRequest, Repo, Run, Thread } from './repos.ts'
import { readWorkflow, workflowId } from './workflows.ts'
import type { Account, AppState, Installation, World } from './world.ts'

const api = (world: World) => `${world.url}/api/v3`
const iso = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')

/** An account as `simple-user`. */
export function userShape(world: World, account: Account): Json {
  const login = account.type === 'Bot' ? account.login : account.login
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
    assignees: [],
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
  }
}

/** A commit as the git database API shows it. */
export function gitCommitShape(world: World, repo: Repo, commit: Commit): Json {
  const url = `${api(world)}/repos/${repo.fullName}/git/commits/${commit.oid}`
  const who = (person: Commit['author']) => ({ name: person.name, email: person.email, date: iso(person.date) })
  const isSigned = repo.git.isSignedByGitHub(commit.oid)
  return {
    sha: commit.oid,
    node_id: `C_${repo.id}_${commit.oid}`,
    url,
    html_url: `${world.url}/${repo.fullName}/commit/${commit.oid}`,
    author: who(commit.author),
    committer: who(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${api(world)}/repos/${repo.fullName}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api(world)}/repos/${repo.fullName}/git/commits/${sha}`,
      html_url: `${world.url}/${repo.fullName}/commit/${sha}`,
    })),
    verification: {
      verified: isSigned,
      reason: isSigned ? 'valid' : 'unsigned',
      signature: isSigned ? 'c3RhbmQtaW4=' : null,
      payload: null,
      verified_at: null,
    },
  }
}

/** A commit as the commits API shows it: with accounts. */
export function commitShape(world: World, repo: Repo, commit: Commit): Json {
  const git = gitCommitShape(world, repo, commit)
  const who = (person: Commit['author']) => {
    const account = world.accountOfEmail(person.email)
    return account === null ? null : userShape(world, account)
  }
  return {
    sha: commit.oid,
    node_id: git.node_id,
    url: `${api(world)}/repos/${repo.fullName}/commits/${commit.oid}`,
    html_url: git.html_url,
    comments_url: `${api(world)}/repos/${repo.fullName}/commits/${commit.oid}/comments`,
    commit: { ...git, comment_count: 0 },
    author: who(commit.author),
    committer: who(commit.committer),
    parents: git.parents,
  }
}

/** A workflow run. */
export function runShape(world: World, repo: Repo, run: Run): Json {
  const url = `${api(world)}/repos/${repo.fullName}/actions/runs/${run.id}`
  const workflowId = repo.workflowIds.get(run.workflowPath) ?? 0
  const head = repo.git.commit(run.headOid)
  return {
    id: run.id,
    node_id: run.nodeId,
    name: run.name,
    display_title: run.title,
    run_number: run.number,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    head_branch: run.branch,
    head_sha: run.headOid,
    path: run.workflowPath,
    workflow_id: workflowId,
    check_suite_id: run.id,
    check_suite_node_id: `CS_${run.id}`,
    actor: userShape(world, run.actor),
    triggering_actor: userShape(world, run.actor),
    created_at: iso(run.createdAt),
    updated_at: iso(run.updatedAt),
    run_started_at: iso(run.createdAt),
    url,
    html_url: `${world.url}/${repo.fullName}/actions/runs/${run.id}`,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${url}/check-suite`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${api(world)}/repos/${repo.fullName}/actions/workflows/${workflowId}`,
    pull_requests: [],
    referenced_workflows: [],
    head_commit:
      head === null
        ? null
        : {
            id: head.oid,
            tree_id: head.tree,
            message: head.message,
            timestamp: iso(head.author.date),
            author: { name: head.author.name, email: head.author.email },
            committer: { name: head.committer.name, email: head.committer.email },
          },
    repository: repoShape(world, repo),
    head_repository: repoShape(world, repo),
  }
}

/** A workflow file as GitHub's workflow object. */
export function workflowShape(world: World, repo: Repo, path: string): Json {
  const id = workflowId(world, repo, path)
  const name = readWorkflow(repo, repo.head(repo.defaultBranch), path)?.name ?? path
  return {
    id,
    node_id: `W_${id}`,
    name,
    path,
    state: repo.disabledWorkflows.has(path) ? 'disabled_manually' : 'active',
    created_at: iso(repo.createdAt),
    updated_at: iso(repo.pushedAt),
    url: `${api(world)}/repos/${repo.fullName}/actions/workflows/${id}`,
    html_url: `${world.url}/${repo.fullName}/blob/${repo.defaultBranch}/${path}`,
    badge_url: `${world.url}/${repo.fullName}/workflows/${encodeURIComponent(name)}/badge.svg`,
  }
}

/** An app, as itself sees it. */
export function appShape(world: World, app: AppState): Json {
  return {
    id: app.id,
    node_id: app.nodeId,
    slug: app.slug,
    name: app.slug,
    client_id: app.clientId,
    owner: userShape(world, app.owner),
    description: null,
    external_url: world.url,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: iso(app.createdAt),
    updated_at: iso(app.createdAt),
    permissions: app.permissions,
    events: app.events,
    installations_count: [...world.installations.values()].filter((one) => one.app === app).length,
  }
}

/** An installation. */
export function installationShape(world: World, installation: Installation): Json {
  const url = `${api(world)}/app/installations/${installation.id}`
  return {
    id: installation.id,
    app_id: installation.app.id,
    app_slug: installation.app.slug,
    client_id: installation.app.clientId,
    account: userShape(world, installation.account),
    target_id: installation.account.id,
    target_type: installation.account.type,
    repository_selection: installation.selection,
    permissions: { metadata: 'read', ...installation.permissions },
    events: installation.app.events,
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${api(world)}/installation/repositories`,
    html_url: `${world.url}/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    created_at: iso(installation.createdAt),
    updated_at: iso(installation.createdAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_at: installation.suspendedAt === null ? null : iso(installation.suspendedAt),
    suspended_by: null,
  }
}
