/** Pull requests, issues, comments, labels. */
import { addAssignees, addComment, addLabels, createLabel, editIssue, needThreadWrite, openIssue, requestReviewers } from '../issues.ts'
import { closePullRequest, editPullRequest, justOpened, listedPulls, mergePullRequest, openPullRequest, reopenPullRequest } from '../pulls.ts'
import { notFound } from '../refusal.ts'
import { commentShape, issueShape, labelShape, pullShape } from '../shapes.ts'
import { commitShape } from '../shapes-git.ts'
import { type Call, type Endpoints, onRepo, paged, text } from './call.ts'

const names = (value: unknown): string[] => ((value ?? []) as (string | { name: string })[]).map((one) => (typeof one === 'string' ? one : one.name))
const onPull = (call: Call, level: 'read' | 'write') => {
  const { actor, repo } = onRepo(call, 'pull_requests', level)
  return { actor, repo, pull: repo.pull(Number(call.params.pull_number)) }
}
const onThread = (call: Call, level: 'read' | 'write') => {
  const { actor, repo } = onRepo(call, 'issues|pull_requests', level)
  const thread = repo.thread(Number(call.params.issue_number))
  if (level === 'write') needThreadWrite(actor, thread)
  return { actor, repo, thread }
}

/** By operation id. */
export const threadEndpoints: Endpoints = {
  'pulls/list': {
    run: (call) => {
      const { repo } = onRepo(call, 'pull_requests', 'read')
      const { query, world } = call
      const state = query.get('state') ?? 'open'
      const found = listedPulls(repo).filter(
        (pull) =>
          (state === 'all' || pull.state === state) &&
          (query.get('head') === null || query.get('head') === `${repo.owner.login}:${pull.headBranch}`) &&
          (query.get('base') === null || query.get('base') === pull.baseBranch),
      )
      const isAscending = query.get('direction') === 'asc'
      const { items, headers } = paged(call, isAscending ? found : found.toReversed())
      return { status: 200, headers, body: items.map((pull) => pullShape(world, pull, false)) }
    },
  },
  'pulls/get': { run: (call) => ({ status: 200, body: pullShape(call.world, onPull(call, 'read').pull, true) }) },
  'pulls/create': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'pull_requests', 'write')
      const { body, world } = call
      const pull = openPullRequest(world, actor, repo, {
        title: String(body.title),
        body: text(body.body) ?? '',
        head: String(body.head),
        base: String(body.base),
        isDraft: body.draft === true,
      })
      return { status: 201, body: pullShape(world, justOpened(pull), true) }
    },
  },
  'pulls/update': {
    writes: 1,
    run: (call) => {
      const { actor, pull } = onPull(call, 'write')
      editPullRequest(call.world, actor, pull, { title: text(call.body.title), body: text(call.body.body), base: text(call.body.base) })
      if (call.body.state === 'closed') closePullRequest(call.world, actor, pull)
      if (call.body.state === 'open') reopenPullRequest(call.world, actor, pull)
      return { status: 200, body: pullShape(call.world, pull, true) }
    },
  },
  'pulls/list-commits': {
    run: (call) => {
      const { repo, pull } = onPull(call, 'read')
      const { items, headers } = paged(call, repo.git.log(pull.headOid, repo.git.mergeBase(pull.headOid, pull.baseOid)).toReversed())
      return { status: 200, headers, body: items.map((commit) => commitShape(call.world, repo, commit)) }
    },
  },
  'pulls/check-if-merged': {
    run: (call) => {
      if (onPull(call, 'read').pull.mergedAt === null) throw notFound()
      return { status: 204 }
    },
  },
  'pulls/merge': {
    writes: 1,
    run: (call) => {
      const { actor } = onRepo(call, 'contents', 'write')
      const { pull } = onPull(call, 'read')
      const sha = mergePullRequest(call.world, actor, pull, {
        sha: text(call.body.sha),
        title: text(call.body.commit_title),
        message: text(call.body.commit_message),
        method: text(call.body.merge_method),
      })
      return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } }
    },
  },
  'issues/list-for-repo': {
    run: (call) => {
      const { actor, repo } = onRepo(call, 'issues', 'read')
      const { query } = call
      const state = query.get('state') ?? 'open'
      const labels = (query.get('labels') ?? '').split(',').filter((one) => one !== '')
      const creator = query.get('creator')
      const shown = new Set<unknown>(listedPulls(repo))
      const found = [...repo.threads.values()].filter(
        (thread) =>
          (thread.kind === 'issue' || (shown.has(thread) && actor.permissions !== null)) &&
          (state === 'all' || thread.state === state) &&
          labels.every((label) => thread.labels.includes(label)) &&
          (creator === null || thread.author.login === creator || thread.author.login === creator.replace(/^app\//, '').concat('[bot]')),
      )
      const { items, headers } = paged(call, query.get('direction') === 'asc' ? found : found.toReversed())
      return { status: 200, headers, body: items.map((thread) => issueShape(call.world, thread)) }
    },
  },
  'issues/get': { run: (call) => ({ status: 200, body: issueShape(call.world, onThread(call, 'read').thread) }) },
  'issues/create': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'issues', 'write')
      const issue = openIssue(call.world, actor, repo, { title: String(call.body.title), body: text(call.body.body) ?? '', labels: names(call.body.labels) })
      return { status: 201, body: issueShape(call.world, issue) }
    },
  },
  'issues/update': {
    writes: 1,
    run: (call) => {
      const { actor, thread } = onThread(call, 'write')
      const { body, world } = call
      const labels = Array.isArray(body.labels) ? { labels: names(body.labels) } : {}
      const words = { title: text(body.title), body: text(body.body) }
      if (thread.kind === 'issue')
        editIssue(world, actor, thread, { ...words, ...labels, state: body.state as 'open' | 'closed' | undefined, stateReason: text(body.state_reason) })
      else {
        editPullRequest(world, actor, thread, words)
        if (body.state === 'closed') closePullRequest(world, actor, thread)
        if (body.state === 'open') reopenPullRequest(world, actor, thread)
        if (Array.isArray(body.labels)) {
          thread.labels = []
          addLabels(world, actor, thread, names(body.labels))
        }
      }
      return { status: 200, body: issueShape(world, thread) }
    },
  },
  'issues/list-comments': {
    run: (call) => {
      const { thread } = onThread(call, 'read')
      const { items, headers } = paged(call, thread.comments)
      return { status: 200, headers, body: items.map((comment) => commentShape(call.world, thread, comment)) }
    },
  },
  'issues/create-comment': {
    writes: 1,
    run: (call) => {
      const { actor, thread } = onThread(call, 'write')
      return { status: 201, body: commentShape(call.world, thread, addComment(call.world, actor, thread, String(call.body.body))) }
    },
  },
  'issues/update-comment': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'issues|pull_requests', 'write')
      const id = Number(call.params.comment_id)
      for (const thread of repo.threads.values()) {
        const comment = thread.comments.find((one) => one.id === id)
        if (comment === undefined) continue
        needThreadWrite(actor, thread)
        Object.assign(comment, { body: String(call.body.body), updatedAt: call.world.now() })
        return { status: 200, body: commentShape(call.world, thread, comment) }
      }
      throw notFound()
    },
  },
  'issues/list-labels-on-issue': {
    run: (call) => {
      const { repo, thread } = onThread(call, 'read')
      return { status: 200, body: thread.labels.map((name) => labelShape(call.world, repo, name)) }
    },
  },
  'issues/add-labels': {
    writes: 1,
    run: (call) => {
      const { actor, repo, thread } = onThread(call, 'write')
      addLabels(call.world, actor, thread, names(Array.isArray(call.body) ? call.body : call.body.labels))
      return { status: 200, body: thread.labels.map((name) => labelShape(call.world, repo, name)) }
    },
  },
  'issues/add-assignees': {
    writes: 1,
    run: (call) => {
      const { actor, thread } = onThread(call, 'write')
      addAssignees(actor, thread, names(call.body.assignees))
      return { status: 201, body: issueShape(call.world, thread) }
    },
  },
  'pulls/request-reviewers': {
    writes: 1,
    run: (call) => {
      const { pull } = onPull(call, 'write')
      requestReviewers(pull, names(call.body.reviewers), names(call.body.team_reviewers))
      return { status: 201, body: pullShape(call.world, pull, false) }
    },
  },
  'issues/list-labels-for-repo': {
    run: (call) => {
      const { repo } = onRepo(call, 'issues|pull_requests', 'read')
      const { items, headers } = paged(call, [...repo.labels.values()])
      return { status: 200, headers, body: items.map((label) => labelShape(call.world, repo, label.name)) }
    },
  },
  'issues/get-label': {
    run: (call) => {
      const { repo } = onRepo(call, 'issues|pull_requests', 'read')
      if (!repo.labels.has((call.params.name ?? '').toLowerCase())) throw notFound()
      return { status: 200, body: labelShape(call.world, repo, call.params.name ?? '') }
    },
  },
  'issues/create-label': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'issues|pull_requests', 'write')
      const name = createLabel(call.world, actor, repo, {
        name: String(call.body.name),
        color: text(call.body.color) ?? 'ededed',
        description: text(call.body.description) ?? null,
      })
      return { status: 201, body: labelShape(call.world, repo, name) }
    },
  },
}
