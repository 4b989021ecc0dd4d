/** List tags: which tags an image has. Asked once per image and scope, whatever the number of repos that may move to another tag of it. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { type Fault, isFault } from '../domain/fault.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, type Scope, scopeFor } from '../domain/image/scope.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { Registry } from '../ports/registry.ts'
import { parseListKey, type TagListStore } from '../ports/tag-list-store.ts'
import type { WantedTagStore } from '../ports/wanted-tag-store.ts'

type Lists = { readonly registry: Pick<Registry, 'tags'>; readonly tagLists: TagListStore }

export type ListTagsPorts = Lists & {
  readonly wantedTags: Pick<WantedTagStore, 'reposWanting'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  /** Who may use which credential. */
  readonly grants: readonly CredentialGrant[]
}

/** A kill between storing a list and waking the decisions costs this long, ms: they are made due beforehand as well. */
const netMs = 60_000

/** A list that was had this long ago, ms, is not asked for again: many repos want it at once when they begin to. */
const justNowMs = 60_000

/**
 * One look at the list that the claim names; wakes the decisions of those who want it where it changed. False where nobody wants it any more. A fault is
 * remembered for the decisions, and raised where asking again soon may help: an image that is not there, or has too many tags, has them in an hour too.
 */
export async function listTags(ports: ListTagsPorts, claim: Claim, asOf: Date): Promise<boolean> {
  const key = parseListKey(claim.key)
  const image = parseFullImageName(key.imageName)
  const users = (await ports.wantedTags.reposWanting(key.imageName, null)).filter((user) => scopeFor(image, user.installationId, ports.grants) === key.scope)
  if (users.length === 0) return false
  const wake = (at: Date) => ports.dueWork.schedule(users.map(({ repoId, installationId }) => decideWork(repoId, installationId, at)))
  const before = await ports.tagLists.list(key.scope, key.imageName)
  if (before !== null && before.fault === null && asOf.getTime() - before.askedAt.getTime() < justNowMs) {
    // Wanted by somebody who did not see the answer that came in that moment.
    await wake(asOf)
    return true
  }
  const asked = await askList(ports, key)
  if (asked.isNews) await wake(new Date(asOf.getTime() + netMs))
  await asked.store(asOf)
  if (asked.isNews) await wake(asOf)
  if (asked.fault !== null && asked.fault.kind !== 'missing' && asked.fault.kind !== 'invalid') throw asked.fault
  return true
}

/** A look by a person at the command line. What the registry failed with is remembered for the decisions. */
export async function lookAtList(ports: Lists, key: { readonly scope: Scope; readonly imageName: string }, asOf: Date): Promise<void> {
  await (await askList(ports, key)).store(asOf)
}

async function askList({ registry, tagLists }: Lists, { scope, imageName }: { readonly scope: Scope; readonly imageName: string }) {
  const before = await tagLists.list(scope, imageName)
  try {
    const tags = await registry.tags(scope, parseFullImageName(imageName))
    const isSame = before?.tags?.length === tags.length && before.tags.every((tag, at) => tag === tags[at])
    return { fault: null, isNews: !isSame || before.fault !== null, store: (asOf: Date) => tagLists.saveList(scope, imageName, tags, asOf) }
  } catch (error) {
    if (!isFault(error)) throw error
    const fault: Fault = error
    const { kind, host, message } = fault
    const isNews = before?.fault?.kind !== kind || before.fault.message !== message
    return { fault, isNews, store: (asOf: Date) => tagLists.noteListFault(scope, imageName, { kind, host, message }, asOf) }
  }
}
