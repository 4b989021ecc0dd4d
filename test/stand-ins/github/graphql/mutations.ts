/** Mutations that our client uses. Each is one content write, but for `updateRefs`: one per ref. */
import { createCommitOnBranch } from '../commits.ts'
import { addComment, addLabels, editIssue, openIssue } from '../issues.ts'
import { closePullRequest, editPullRequest, justOpened, mergePullRequest, openPullRequest, reopenPullRequest } from '../pulls.ts'
import { createRef, moveRefs, nothing } from '../refs.ts'
import { Refusal } from '../refusal.ts'
import type { Issue, PullRequest } from '../repos.ts'
import type { Actor, World } from '../world.ts'
import type { Context } from './connection.ts'
import { needRef, needRepo, needThread, unresolved } from './ids.ts'
import { accountNode, objectNode } from './object-nodes.ts'
import { refNode } from './repository-node.ts'
import { commentNode, issueOrPullNode, pullNode } from './thread-nodes.ts'

type Input = Readonly<Record<string, unknown>>
type Mutation = (world: World, actor: Actor, input: Input) => Record<string, unknown>

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const needPull = (world: World, actor: Actor, id: unknown): PullRequest => {
  const thread = needThread(world, actor, id)
  if (thread.kind !== 'pull') throw unresolved(id)
  return thread
}
const needIssue = (world: World, actor: Actor, id: unknown): Issue => {
  const thread = needThread(world, actor, id)
  if (thread.kind !== 'issue') throw unresolved(id)
  return thread
}
const labelNames = (world: World, actor: Actor, repoId: number, ids: unknown): string[] => {
  const repo = world.repos.get(repoId)
  return ((ids ?? []) as readonly string[]).map((id) => [...(repo?.labels.values() ?? [])].find((label) => label.nodeId === id)?.name ?? raise(unresolved(id)))
}
const raise = (error: Error): never => {
  throw error
}

/** By field name. */
export const mutations: Readonly<Record<string, Mutation>> = {
  createRef(world, actor, input) {
    const repo = needRepo(world, actor, input.repositoryId)
    const name = String(input.name)
    try {
      createRef(world, actor, repo, name, String(input.oid))
    } catch (error) {
      if (error instanceof Refusal && error.message === 'Reference already exists')
        throw new Refusal('unprocessable', `A ref named "${name}" already exists in the repository.`)
      throw error
    }
    return { ref: () => refNode(world, repo, name) }
  },
  updateRef(world, actor, input) {
    const { repo, name } = needRef(world, actor, input.refId)
    moveRefs(world, actor, repo, [{ name, before: null, after: String(input.oid), force: input.force === true }])
    return { ref: () => refNode(world, repo, name) }
  },
  updateRefs(world, actor, input) {
    const repo = needRepo(world, actor, input.repositoryId)
    const moves = (input.refUpdates as readonly Input[]).map((one) => ({
      name: String(one.name),
      before: text(one.beforeOid) ?? null,
      after: String(one.afterOid),
      force: one.force === true,
    }))
    if (new Set(moves.map((move) => move.name)).size !== moves.length) throw new Refusal('unprocessable', 'Each ref may be updated once')
    moveRefs(world, actor, repo, moves)
    return {}
  },
  deleteRef(world, actor, input) {
    const { repo, name } = needRef(world, actor, input.refId)
    moveRefs(world, actor, repo, [{ name, before: null, after: nothing, force: true }])
    return {}
  },
  createCommitOnBranch(world, actor, input) {
    const branch = input.branch as Input
    const repo =
      typeof branch.id === 'string'
        ? needRef(world, actor, branch.id).repo
        : (() => {
            const [owner = '', name = ''] = String(branch.repositoryNameWithOwner).split('/')
            return needRepo(world, actor, world.repoNamed(owner, name)?.nodeId ?? branch.repositoryNameWithOwner)
          })()
    const branchName = (typeof branch.id === 'string' ? needRef(world, actor, branch.id).name : String(branch.branchName)).replace(/^refs\/heads\//, '')
    const message = input.message as Input
    const changes = (input.fileChanges ?? {}) as { additions?: readonly { path: string; contents: string }[]; deletions?: readonly { path: string }[] }
    const body = text(message.body)
    const oid = createCommitOnBranch(world, actor, repo, {
      branch: branchName,
      expectedHeadOid: String(input.expectedHeadOid),
      message: body === undefined || body === '' ? String(message.headline) : `${String(message.headline)}\n\n${body}`,
      additions: changes.additions ?? [],
      deletions: changes.deletions ?? [],
    })
    return { commit: () => objectNode(world, repo, oid), ref: () => refNode(world, repo, `refs/heads/${branchName}`) }
  },
  createPullRequest(world, actor, input) {
    const repo = needRepo(world, actor, input.repositoryId)
    try {
      const pull = openPullRequest(world, actor, repo, {
        title: String(input.title),
        body: text(input.body) ?? '',
        head: String(input.headRefName).replace(/^refs\/heads\//, ''),
        base: String(input.baseRefName).replace(/^refs\/heads\//, ''),
        isDraft: input.draft === true,
      })
      return { pullRequest: () => pullNode(world, justOpened(pull)) }
    } catch (error) {
      if (error instanceof Refusal && error.message === 'Validation Failed')
        throw new Refusal('unprocessable', "Head sha can't be blank, Base sha can't be blank, Head ref must be a branch")
      throw error
    }
  },
  updatePullRequest(world, actor, input) {
    const pull = needPull(world, actor, input.pullRequestId)
    editPullRequest(world, actor, pull, { title: text(input.title), body: text(input.body), base: text(input.baseRefName) })
    if (input.state === 'CLOSED') closePullRequest(world, actor, pull)
    if (input.state === 'OPEN') reopenPullRequest(world, actor, pull)
    if (Array.isArray(input.labelIds)) pull.labels = labelNames(world, actor, pull.repo.id, input.labelIds)
    return { pullRequest: () => pullNode(world, pull) }
  },
  closePullRequest(world, actor, input) {
    const pull = needPull(world, actor, input.pullRequestId)
    closePullRequest(world, actor, pull)
    return { pullRequest: () => pullNode(world, pull) }
  },
  reopenPullRequest(world, actor, input) {
    const pull = needPull(world, actor, input.pullRequestId)
    reopenPullRequest(world, actor, pull)
    return { pullRequest: () => pullNode(world, pull) }
  },
  mergePullRequest(world, actor, input) {
    const pull = needPull(world, actor, input.pullRequestId)
    mergePullRequest(world, actor, pull, {
      sha: text(input.expectedHeadOid),
      title: text(input.commitHeadline),
      message: text(input.commitBody),
      method: text(input.mergeMethod)?.toLowerCase(),
    })
    return { pullRequest: () => pullNode(world, pull) }
  },
  addComment(world, actor, input) {
    const thread = needThread(world, actor, input.subjectId)
    const comment = addComment(world, actor, thread, String(input.body))
    const edge = () => ({ __typename: 'IssueCommentEdge', cursor: '', node: commentNode(world, thread, comment) })
    return { commentEdge: edge, subject: () => issueOrPullNode(world, thread) }
  },
  addLabelsToLabelable(world, actor, input) {
    const thread = needThread(world, actor, input.labelableId)
    addLabels(world, actor, thread, labelNames(world, actor, thread.repo.id, input.labelIds))
    return { labelable: () => issueOrPullNode(world, thread) }
  },
  createIssue(world, actor, input) {
    const repo = needRepo(world, actor, input.repositoryId)
    const issue = openIssue(world, actor, repo, {
      title: String(input.title),
      body: text(input.body) ?? '',
      labels: labelNames(world, actor, repo.id, input.labelIds),
    })
    return { issue: () => issueOrPullNode(world, issue) }
  },
  updateIssue(world, actor, input) {
    const issue = needIssue(world, actor, input.id)
    const labels = Array.isArray(input.labelIds) ? { labels: labelNames(world, actor, issue.repo.id, input.labelIds) } : {}
    editIssue(world, actor, issue, {
      title: text(input.title),
      body: text(input.body),
      state: input.state === 'CLOSED' ? 'closed' : input.state === 'OPEN' ? 'open' : undefined,
      ...labels,
    })
    return { issue: () => issueOrPullNode(world, issue) }
  },
  closeIssue(world, actor, input) {
    const issue = needIssue(world, actor, input.issueId)
    editIssue(world, actor, issue, { state: 'closed', stateReason: text(input.stateReason)?.toLowerCase() })
    return { issue: () => issueOrPullNode(world, issue) }
  },
  reopenIssue(world, actor, input) {
    const issue = needIssue(world, actor, input.issueId)
    editIssue(world, actor, issue, { state: 'open' })
    return { issue: () => issueOrPullNode(world, issue) }
  },
}

/** The root value of mutations: graphql-js runs its fields in order and goes on after an error, as GitHub does. */
export function mutationRoot(): Record<string, (args: { readonly input: Input }, context: Context) => unknown> {
  return Object.fromEntries(
    Object.entries(mutations).map(([name, run]) => [
      name,
      ({ input }, { world, actor }) => ({
        clientMutationId: input.clientMutationId ?? null,
        actor: () => accountNode(world, actor.account),
        ...run(world, actor, input),
      }),
    ]),
  )
}
