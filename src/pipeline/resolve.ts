/** Resolve: where a tag points now. Asked once per image, tag and scope, whatever the number of repos that use it. */
import { type Claim, decideWork } from '../domain/due-work.ts'
import { type Fault, isFault } from '../domain/fault.ts'
import type { Digest } from '../domain/image/digest.ts'
import { parseTagKey, type TagKey } from '../domain/image/observation.ts'
import { parseFullImageName } from '../domain/image/reference.ts'
import { type CredentialGrant, scopeFor } from '../domain/image/scope.ts'
import type { DueWorkStore } from '../ports/due-work-store.ts'
import type { FaultNote, ObservationStore } from '../ports/observation-store.ts'
import type { Registry } from '../ports/registry.ts'
import type { RepoStore } from '../ports/repo-store.ts'
import type { WantedTagStore } from '../ports/wanted-tag-store.ts'

type Upstreams = { readonly registry: Registry; readonly observations: ObservationStore }

export type ResolvePorts = Upstreams & {
  readonly repos: Pick<RepoStore, 'reposUsing'>
  readonly wantedTags: Pick<WantedTagStore, 'reposWanting'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  /** Who may use which credential. */
  readonly grants: readonly CredentialGrant[]
}

/** What a look came to: whether somebody follows the tag, and how many of their pins are still to be asked for. */
export type Looked = { readonly isUsed: boolean; readonly pinsLeft: number }

/** How long it is taken to be known whether a digest is served, ms: one question per pin and day. */
const pinHoldsMs = 24 * 60 * 60 * 1000
/** A pin that we never had and whose registry did not answer is asked for again after this long, ms. */
const askAgainMs = 30 * 60 * 1000
/** Pins asked for in one look: what people write into their files must not keep a tag from everybody else. */
const mostPins = 20
/** A kill between storing news and waking the decisions costs this long, ms: they are made due beforehand as well. */
const netMs = 60_000

/**
 * One look at the tag that the claim names, and at the pins of the repos that use it; wakes the decisions that it changes. A fault of the registry
 * about the tag is remembered for the decisions and raised again; one about a pin concerns only those who wrote it.
 */
export async function resolve(ports: ResolvePorts, claim: Claim, asOf: Date): Promise<Looked> {
  const key = parseTagKey(claim.key)
  const { observations } = ports
  const users = await usersOf(ports, key)
  if (users.length === 0) {
    await observations.noteFault(key, null)
    return { isUsed: false, pinsLeft: 0 }
  }
  const wake = (at: Date) => ports.dueWork.schedule(users.map(({ repoId, installationId }) => decideWork(repoId, installationId, at)))
  /** Stores `news`, and wakes the decisions also where we are killed in between. */
  const storeNews = async (store: () => Promise<unknown>) => {
    await wake(new Date(asOf.getTime() + netMs))
    await store()
  }
  const before = await observations.fault(key)
  const pins = new Set(users.flatMap((user) => user.pins))
  const floats = users.some((user) => user.floats)
  const asked = await askTag(ports, key, (shown) => floats || [...pins].some((pin) => pin !== shown))
  let isNews: boolean
  if ('fault' in asked) {
    const { kind, host, message } = asked.fault
    isNews = before?.kind !== kind || before.message !== message
    const store = () => observations.noteFault(key, { kind, host, message })
    await (isNews ? storeNews(store) : store())
  } else {
    isNews = asked.isNews || before !== null
    const store = async () => {
      await asked.store(asOf)
      if (before !== null) await observations.noteFault(key, null)
    }
    await (isNews ? storeNews(store) : store())
  }
  // Where the tag is gone, whether the pins are still served is all that is left to know.
  const isLost = 'fault' in asked && asked.fault.kind === 'missing'
  const due = 'fault' in asked && !isLost ? [] : await duePins(ports, key, pins, 'fault' in asked ? null : asked.digest, asOf)
  for (const pin of due.slice(0, mostPins)) {
    const { isNews: isNewsOfPin, store } = await askPin(ports, key, pin)
    await (isNewsOfPin ? storeNews(() => store(asOf)) : store(asOf))
    isNews ||= isNewsOfPin
  }
  if (isNews) await wake(asOf)
  if ('fault' in asked) throw asked.fault
  return { isUsed: true, pinsLeft: Math.max(0, due.length - mostPins) }
}

/** Repos that follow the tag, or want to know it, with this scope. */
async function usersOf({ repos, wantedTags, grants }: ResolvePorts, { scope, imageName, tag }: TagKey) {
  const image = parseFullImageName(imageName)
  const users = [...(await repos.reposUsing(imageName, tag)), ...(await wantedTags.reposWanting(imageName, tag))]
  return users.filter((user) => scopeFor(image, user.installationId, grants) === scope)
}

/** A look by a person at the command line: the tag and the pins given. What the registry failed with is remembered for the decisions. */
export async function look(ports: Upstreams, key: TagKey, pins: ReadonlySet<Digest>, isNeeded: (digest: Digest) => boolean, asOf: Date): Promise<void> {
  const asked = await askTag(ports, key, isNeeded)
  const isLost = 'fault' in asked && asked.fault.kind === 'missing'
  if ('fault' in asked) await ports.observations.noteFault(key, noteOf(asked.fault))
  else await asked.store(asOf)
  if ('fault' in asked && !isLost) return
  for (const pin of pins) {
    if (!('fault' in asked) && pin === asked.digest) continue
    const { fault, store } = await askPin(ports, key, { pin, isKnown: false })
    await store(asOf)
    if (fault !== null && !isLost) await ports.observations.noteFault(key, noteOf(fault))
  }
}

type Asked = { readonly fault: Fault } | { readonly digest: Digest; readonly isNews: boolean; store(asOf: Date): Promise<void> }

/** Asks where the tag points by HEAD, and fetches what it points at only where `isNeeded` and this scope has not got it yet: a GET counts as a pull. */
async function askTag({ registry, observations }: Upstreams, key: TagKey, isNeeded: (digest: Digest) => boolean): Promise<Asked> {
  const image = parseFullImageName(key.imageName)
  const digest = await attempt(registry.tagDigest(key.scope, image, key.tag))
  if (isFault(digest)) return { fault: digest }
  const isMissing = isNeeded(digest) && (await observations.manifest(key.scope, key.imageName, digest)) === null
  const manifest = isMissing ? await attempt(registry.manifest(key.scope, image, digest)) : null
  if (isFault(manifest)) return { fault: manifest }
  const [newest] = await observations.history(key, 1)
  return {
    digest,
    isNews: manifest !== null || newest?.digest !== digest,
    store: async (asOf) => {
      if (manifest !== null) {
        await observations.saveManifest(key.scope, key.imageName, manifest, null)
        await observations.noteServed(key.scope, key.imageName, digest, asOf)
      }
      await observations.observe(key, digest, asOf)
    },
  }
}

/** `isKnown`: its manifest was fetched once, so that it is only asked whether it is still served. */
type DuePin = { readonly pin: Digest; readonly isKnown: boolean }

/** The pins to be asked for now; what the tag shows (`shown`) is served. */
async function duePins({ observations }: Upstreams, key: TagKey, pins: ReadonlySet<Digest>, shown: Digest | null, asOf: Date): Promise<readonly DuePin[]> {
  const due: DuePin[] = []
  for (const pin of pins) {
    if (pin === shown) continue
    const isKnown = (await observations.manifest(key.scope, key.imageName, pin)) !== null
    const served = isKnown ? await observations.servedAt(key.scope, key.imageName, pin) : null
    const unserved = await observations.unserved(key.scope, key.imageName, pin)
    const askedAt = Math.max(served?.getTime() ?? 0, unserved?.askedAt.getTime() ?? 0)
    if (asOf.getTime() - askedAt >= pinHoldsMs) due.push({ pin, isKnown })
  }
  return due
}

type AskedPin = { readonly isNews: boolean /** What kept us from knowing. */; readonly fault: Fault | null; store(asOf: Date): Promise<void> }

/** Whether the registry serves a pin. One that we never had is fetched, with the platform of one that is not an index. What goes wrong is nobody's fault but the pin's. */
async function askPin({ registry, observations }: Upstreams, key: TagKey, { pin, isKnown }: DuePin): Promise<AskedPin> {
  const { scope, imageName } = key
  const image = parseFullImageName(imageName)
  const before = await observations.unserved(scope, imageName, pin)
  if (isKnown) {
    const isServed = await attempt(registry.isServed(scope, image, pin))
    // Asked again at the next look at the tag.
    if (isFault(isServed)) return { isNews: false, fault: isServed, store: async () => {} }
    const store = (asOf: Date) =>
      isServed ? observations.noteServed(scope, imageName, pin, asOf) : observations.saveUnserved(scope, imageName, pin, asOf, null)
    return { isNews: isServed !== (before === null), fault: null, store }
  }
  const manifest = await attempt(registry.manifest(scope, image, pin))
  if (isFault(manifest)) {
    const isFinal = manifest.kind === 'missing' || manifest.kind === 'invalid'
    const problem = manifest.kind === 'missing' ? null : manifest.message
    const store = async (asOf: Date) => {
      const askedAt = isFinal ? asOf : new Date(asOf.getTime() - pinHoldsMs + askAgainMs)
      await observations.saveUnserved(scope, imageName, pin, askedAt, problem)
    }
    return { isNews: before === null || before.problem !== problem, fault: isFinal ? null : manifest, store }
  }
  const platform = manifest.kind === 'image' ? await attempt(registry.platformOf(scope, image, manifest.config)) : null
  const store = async (asOf: Date) => {
    await observations.saveManifest(scope, imageName, manifest, isFault(platform) ? null : platform)
    await observations.noteServed(scope, imageName, pin, asOf)
  }
  return { isNews: true, fault: null, store }
}

/** The registry's answer or its fault; faults of our own database pass through, they are not the registry's. */
async function attempt<T>(answer: Promise<T>): Promise<T | Fault> {
  try {
    return await answer
  } catch (error) {
    if (isFault(error)) return error
    throw error
  }
}

function noteOf({ kind, host, message }: Fault): FaultNote {
  return { kind, host, message }
}
