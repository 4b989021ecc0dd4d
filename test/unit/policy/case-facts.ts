/** Golden cases of the rules: `facts.json` in the words of a person, as the facts that the rules see. `sha256:a*` is the digest of 64 times `a`. */
import { readdirSync, readFileSync } from 'node:fs'
import type { FaultKind } from '../../../src/domain/fault.ts'
import { type Digest, parseDigest } from '../../../src/domain/image/digest.ts'
import { type Descriptor, type Manifest, imageMediaTypes, indexMediaTypes } from '../../../src/domain/image/manifest.ts'
import { parsePlatform, type Platform } from '../../../src/domain/image/platform.ts'
import { parseReference, type Reference } from '../../../src/domain/image/reference.ts'
import type { Rebuild } from '../../../src/domain/rebuild.ts'
import type { Edit, ImageUse } from '../../../src/domain/repo/image-use.ts'
import type { Offer } from '../../../src/domain/update.ts'
import type { Policy } from '../../../src/domain/repo/policy.ts'
import { aimOf } from '../../../src/policy/aim.ts'
import type { BuildFacts, Carrier, NewerTag, Pinned, Upstream, UseFacts, Vanished, WaitingFix } from '../../../src/policy/facts.ts'
import { readPolicy } from '../../../src/policy/policy-file.ts'
import { policyFor } from '../../../src/policy/policy-for.ts'
import { toEvidence, type WrittenEvidence } from '../render/case-evidence.ts'

/** A platform → digest map is an index (`attestation` is one of those), `image` a single image manifest. */
type WrittenManifest = 'image' | Readonly<Record<string, string>>
type WrittenPin = null | { readonly goneSince: string } | { readonly manifest: WrittenManifest; readonly platform?: string | null; readonly goneSince?: string }
type WrittenUpstream =
  | null
  | { readonly fault: WrittenFault; readonly last?: { readonly digest: string; readonly at: string }; readonly pinned?: WrittenPin }
  | {
      readonly digest: string
      readonly firstSeen: string | null
      readonly manifest: WrittenManifest
      readonly pinned: WrittenPin
      readonly wentBack?: { readonly at: string; readonly leftAt: string }
    }
type WrittenFault = { readonly kind: FaultKind; readonly host: string; readonly message: string }
/** `upstream` of the facts is about the use's own tag; that of a candidate stands with it. */
type WrittenNewer =
  | 'unasked'
  | { readonly fault: WrittenFault }
  | {
      readonly considered: number
      readonly candidate?: { readonly tag: string; readonly upstream: WrittenUpstream }
      readonly beyond?: string
      readonly refused?: string
      readonly unserved?: readonly string[]
    }

export type WrittenUseFacts = {
  readonly asOf: string
  readonly repo?: UseFacts['repo']
  readonly policy: readonly string[]
  readonly use: Pick<ImageUse, 'file' | 'line' | 'text'> & Partial<ImageUse>
  readonly upstream: WrittenUpstream
  readonly newer?: WrittenNewer
  readonly vanished?: Vanished
  readonly carrier?: { readonly tag: string; readonly until: string | null; readonly others?: readonly string[] }
  readonly evidence?: { readonly pendingUntil: string } | WrittenEvidence
  readonly refusedDigests?: readonly string[]
  readonly isHandsOff?: boolean
  readonly isOpen?: boolean
}

export type WrittenBuildFacts = {
  readonly asOf: string
  readonly repo: { readonly id: number; readonly isArchived: boolean; readonly isFork: boolean; readonly pushedAt: string | null }
  readonly policy: readonly string[]
  readonly scheduledSince: string
  readonly moved: readonly { readonly imageName: string; readonly tag: string; readonly from: string; readonly to: string; readonly at: string }[]
  readonly waitingFixes?: readonly (Omit<WaitingFix, 'since'> & { readonly since: string | null })[]
  readonly earlierCauses?: readonly string[]
  readonly previous: null | (Pick<Rebuild, 'cause' | 'state' | 'conclusion' | 'tries'> & { readonly askedAt: string })
}

/** The directories below `test/cases/<folder>`, with a reader for their files. */
export function casesIn(folder: string): readonly { readonly name: string; readonly read: (file: string) => string }[] {
  const root = new URL(`../../cases/${folder}/`, import.meta.url)
  return readdirSync(root).map((name) => ({ name, read: (file) => readFileSync(new URL(`${name}/${file}`, root), 'utf8') }))
}

export function toUseFacts(written: WrittenUseFacts): UseFacts {
  const use = toUse(written.use)
  return {
    asOf: new Date(written.asOf),
    repo: written.repo ?? null,
    policy: policyFor(toPolicy(written.policy), use),
    use,
    ...aimOf({
      upstream: toUpstream(written.upstream),
      newer: toNewer(written.newer),
      vanished: written.vanished ?? null,
      carrier: toCarrier(written.carrier),
    }),
    evidence: toEvidenceFacts(written.evidence),
    refusedDigests: (written.refusedDigests ?? []).map(toOffer),
    isHandsOff: written.isHandsOff ?? false,
    isOpen: written.isOpen ?? false,
  }
}

/** A digest, or `tag:3.13`. */
function toOffer(text: string): Offer {
  return text.startsWith('tag:') ? (text as Offer) : toDigest(text)
}

function toEvidenceFacts(written: WrittenUseFacts['evidence']): UseFacts['evidence'] {
  if (written === undefined) return null
  return 'pendingUntil' in written ? { kind: 'pending', until: new Date(written.pendingUntil) } : { kind: 'known', evidence: toEvidence(written) }
}

export function toBuildFacts(written: WrittenBuildFacts): BuildFacts {
  const { repo, previous } = written
  const rebuild: Rebuild | null =
    previous === null
      ? null
      : {
          id: '00000000-0000-4000-8000-000000000000',
          repoId: repo.id,
          installationId: 1,
          workflow: null,
          ref: 'main',
          inputs: {},
          sentAt: null,
          runId: null,
          runUrl: null,
          ...previous,
          cause: long(previous.cause),
          askedAt: new Date(previous.askedAt),
        }
  return {
    asOf: new Date(written.asOf),
    repo: { ...repo, pushedAt: repo.pushedAt === null ? null : new Date(repo.pushedAt) },
    policy: toPolicy(written.policy),
    scheduledSince: new Date(written.scheduledSince),
    moved: written.moved.map((move) => ({ ...move, from: toDigest(move.from), to: toDigest(move.to), at: new Date(move.at) })),
    previous: rebuild,
    waitingFixes: (written.waitingFixes ?? []).map((fix) => ({ ...fix, since: fix.since === null ? null : new Date(fix.since) })),
    earlierCauses: written.earlierCauses ?? (rebuild === null ? [] : [rebuild.cause]),
  }
}

/** An image use in a Dockerfile as its format reads it, but for its bytes. */
export function toUse(written: WrittenUseFacts['use']): ImageUse {
  const text = long(written.text)
  const parsed = parseReference(text)
  return {
    span: [0, text.length],
    format: 'dockerfile',
    role: 'final',
    stage: '0',
    inFinal: true,
    reference: parsed.kind === 'reference' ? parsed.reference : null,
    platform: null,
    builtFor: [],
    tagFromArgument: false,
    edits: parsed.kind === 'reference' ? editsOf(written.file, parsed.reference, text) : [],
    skip: null,
    ...written,
    text,
  }
}

/** The places of a reference that stands in the file as it is. */
function editsOf(file: string, { tag, digest }: Reference, text: string): readonly Edit[] {
  const at = digest === null ? text.length : text.indexOf('@')
  const places: readonly Edit[] = tag === null ? [] : [{ file, span: [at - tag.length, at], sets: 'tag' }]
  return [...places, digest === null ? { file, span: [at, at], sets: 'pin' } : { file, span: [at + 1, text.length], sets: 'digest' }]
}

/** Digests of one repeated character, written as a person would. */
export function short(text: string): string {
  return text.replace(/sha256:([0-9a-f])\1{63}/g, 'sha256:$1*')
}

export function long(text: string): string {
  return text.replace(/sha256:([0-9a-f])\*/g, (_, character: string) => `sha256:${character.repeat(64)}`)
}

export function toDigest(text: string): Digest {
  return parseDigest(long(text))!
}

export function toManifest(digest: Digest, written: WrittenManifest): Manifest {
  const common = { digest, size: 100, annotations: {} }
  if (written === 'image') {
    const config: Descriptor = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 1, platform: null, annotations: {} }
    return { kind: 'image', mediaType: imageMediaTypes[0], config, layers: [], ...common }
  }
  const manifests = Object.entries(written).map(([name, entry]): Descriptor => {
    const isAttestation = name === 'attestation'
    return {
      mediaType: imageMediaTypes[0],
      digest: toDigest(entry),
      size: 1,
      platform: isAttestation ? { os: 'unknown', architecture: 'unknown', variant: null, osVersion: null } : toPlatform(name),
      annotations: isAttestation ? { 'vnd.docker.reference.type': 'attestation-manifest' } : {},
    }
  })
  return { kind: 'index', mediaType: indexMediaTypes[0], manifests, ...common }
}

function toPlatform(text: string): Platform {
  const [name = '', osVersion] = text.split('@')
  return { ...parsePlatform(name)!, osVersion: osVersion ?? null }
}

function toPolicy(lines: readonly string[]): Policy {
  const read = readPolicy(Buffer.from(lines.join('\n')))
  if (read.kind !== 'policy') throw new Error(JSON.stringify(read))
  return read.policy
}

function toUpstream(written: WrittenUpstream): Upstream | null {
  if (written === null) return null
  if ('fault' in written) {
    const last = written.last === undefined ? null : { digest: toDigest(written.last.digest), at: new Date(written.last.at) }
    return { kind: 'fault', fault: written.fault, last, pinned: toPinned(written.pinned ?? null) }
  }
  const digest = toDigest(written.digest)
  return {
    kind: 'seen',
    digest,
    manifest: toManifest(digest, written.manifest),
    firstSeen: written.firstSeen === null ? null : new Date(written.firstSeen),
    pinned: toPinned(written.pinned),
    wentBack: written.wentBack === undefined ? null : { at: new Date(written.wentBack.at), leftAt: new Date(written.wentBack.leftAt) },
  }
}

function toCarrier(written: WrittenUseFacts['carrier']): Carrier | null {
  if (written === undefined) return null
  return { tag: written.tag, until: written.until === null ? null : new Date(written.until), others: written.others ?? [], othersLeft: 0 }
}

function toNewer(written: WrittenNewer | undefined): NewerTag | null {
  if (written === undefined) return null
  if (written === 'unasked') return { kind: 'unasked' }
  if ('fault' in written) return { kind: 'fault', fault: written.fault }
  const { considered, candidate, beyond = null, refused = null, unserved = [] } = written
  const aimed = candidate === undefined ? null : { tag: candidate.tag, upstream: toUpstream(candidate.upstream) }
  return { kind: 'listed', considered, candidate: aimed, beyond, refused, unserved }
}

function toPinned(written: WrittenPin): Pinned | null {
  if (written === null) return null
  if (!('manifest' in written)) return { kind: 'gone', since: new Date(written.goneSince) }
  return {
    kind: 'fetched',
    manifest: toManifest(toDigest('sha256:a*'), written.manifest),
    platform: written.platform == null ? null : toPlatform(written.platform),
    goneSince: written.goneSince === undefined ? null : new Date(written.goneSince),
  }
}
