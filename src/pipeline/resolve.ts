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

type Upstreams = { readonly registry: Registry; readonly observations: ObservationStore }

export type ResolvePorts = Upstreams & {
  readonly repos: Pick<RepoStore, 'reposUsing'>
  readonly dueWork: Pick<DueWorkStore, 'schedule'>
  /** Who may use which credential. */
  readonly grants: readonly CredentialGrant[]
}

/** What a look came to: whether somebody follows the tag, and how many of their pins are still to be asked for. */
export type Looked = { readonly isUsed: boolean; readonly pinsLeft: number }

/** How long a digest that is not served is taken to be so, ms: one question per pin and day. */
const unservedForMs = 24 * 60 * 60 * 1000
/** A pin whose registry did not answer is asked for again after this long, ms. */
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
  const image = parseFullImageName(key.imageName)
  const users = (await ports.repos.reposUsing(key.imageName, key.tag)).filter((user) => scopeFor(image, user.installationId, ports.grants) === key.scope)
  if (users.length === 0) {
    await observations.noteFault(key, null)
    return { isUsed: false, pinsLeft: 0 }
  }
  const wake = (at: Date) => ports.dueWork.schedule(users.map(({ repoId, installationId }) => decideWork(repoId, installationId, at)))
  const net = new Date(asOf.getTime() + netMs)
  const before = await observations.fault(key)
  const pins = new Set(users.flatMap((user) => user.pins))
  const floats = users.some((user) => user.floats)
  const asked = await askTag(ports, key, (shown) => floats || [...pins].some((pin) => pin !== shown))
  if ('fault' in asked) {
    const { kind, host, message } = asked.fault
    const isNews = before?.kind !== kind || before.message !== message
    if (isNews) await wake(net)
    await observations.noteFault(key, { kind, host, message })
    if (isNews) await wake(asOf)
    throw asked.fault
  }
  const unknown = await unknownPins(ports, key, pins, asked.digest, asOf)
  const isNews = asked.isNews || before !== null || unknown.length > 0
  if (isNews) await wake(net)
  await asked.store(asOf)
  if (before !== null) await observations.noteFault(key, null)
  for (const pin of unknown.slice(0, mostPins)) await lookAtPin(ports, key, pin, asOf)
  if (isNews) await wake(asOf)
  return { isUsed: true, pinsLeft: Math.max(0, unknown.length - mostPins) }
}

/** A look by a person at the command line: the tag and the pins given. What the registry failed with is remembered for the decisions. */
export async function look(ports: Upstreams, key: TagKey, pins: ReadonlySet<Digest>, isNeeded: (digest: Digest) => boolean, asOf: Date): Promise<void> {
  const asked = await askTag(ports, key, isNeeded)
  if ('fault' in asked) return ports.observations.noteFault(key, noteOf(asked.fault))
  await asked.store(asOf)
  for (const pin of pins) {
    const fault = pin === asked.digest ? null : await lookAtPin(ports, key, pin, asOf)
    if (fault !== null) await ports.observations.noteFault(key, noteOf(fault))
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
      if (manifest !== null) await observations.saveManifest(key.scope, key.imageName, manifest, null)
      await observations.observe(key, digest, asOf)
    },
  }
}

async function unknownPins({ observations }: Upstreams, key: TagKey, pins: ReadonlySet<Digest>, shown: Digest, asOf: Date): Promise<readonly Digest[]> {
  const unknown: Digest[] = []
  for (const pin of pins) {
    if (pin === shown || (await observations.manifest(key.scope, key.imageName, pin)) !== null) continue
    const unserved = await observations.unserved(key.scope, key.imageName, pin)
    if (unserved === null || asOf.getTime() - unserved.askedAt.getTime() >= unservedForMs) unknown.push(pin)
  }
  return unknown
}

/** Fetches the manifest of a pin, and the platform of one that is not an index. Gives what kept it from knowing, which is nobody's fault but the pin's. */
async function lookAtPin({ registry, observations }: Upstreams, key: TagKey, pin: Digest, asOf: Date): Promise<Fault | null> {
  const image = parseFullImageName(key.imageName)
  const manifest = await attempt(registry.manifest(key.scope, image, pin))
  if (isFault(manifest)) {
    const isFinal = manifest.kind === 'missing' || manifest.kind === 'invalid'
    const askedAt = isFinal ? asOf : new Date(asOf.getTime() - unservedForMs + askAgainMs)
    await observations.saveUnserved(key.scope, key.imageName, pin, askedAt, manifest.kind === 'missing' ? null : manifest.message)
    return isFinal ? null : manifest
  }
  const platform = manifest.kind === 'image' ? await attempt(registry.platformOf(key.scope, image, manifest.config)) : null
  await observations.saveManifest(key.scope, key.imageName, manifest, isFault(platform) ? null : platform)
  return null
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
