/** Apps, installations, workflows and runs as GitHub's REST objects. */
import type { Json } from './openapi.ts'
import type { Repo, Run } from './repos.ts'
import { api, iso, repoShape, userShape } from './shapes.ts'
import { readWorkflow, workflowId } from './workflows.ts'
import type { AppState, Installation, World } from './world.ts'

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
