/** Node ids: what they lead to, for those who may see it. */
import { Refusal } from '../refusal.ts'
import type { Repo, Thread } from '../repos.ts'
import { type Actor, sees, type World } from '../world.ts'
import type { Node } from './connection.ts'
import { accountNode, objectNode } from './object-nodes.ts'
import { refNode, repositoryNode } from './repository-node.ts'
import { commentNode, issueOrPullNode, labelNode } from './thread-nodes.ts'

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
