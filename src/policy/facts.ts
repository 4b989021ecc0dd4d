/** Facts: the read-only bundle that the rules see, the time included. Nothing else reaches a rule. */
import type { Severity } from '../domain/advisory/severity.ts'
import type { FaultKind } from '../domain/fault.ts'
import type { ExtentWord } from '../domain/image/extent.ts'
import type { Digest } from '../domain/image/digest.ts'
import type { Manifest } from '../domain/image/manifest.ts'
import type { Platform } from '../domain/image/platform.ts'
import type { MoveEvidence } from '../domain/move-evidence.ts'
import type { Rebuild } from '../domain/rebuild.ts'
import type { ImageUse } from '../domain/repo/image-use.ts'
import type { Policy } from '../domain/repo/policy.ts'
import type { Repo } from '../domain/repo/repo.ts'
import type { Offer } from '../domain/update.ts'

/** A fault as it is told. */
export type ToldFault = { readonly kind: FaultKind; readonly host: string | null; readonly message: string }

/** What is known about the digest that a use is pinned to. */
export type Pinned =
  /** `goneSince`: the registry served it once and does not any more; else null. */
  | { readonly kind: 'fetched'; readonly manifest: Manifest; readonly platform: Platform | null; readonly goneSince: Date | null }
  /** The registry does not serve it, and we never had it. */
  | { readonly kind: 'gone'; readonly since: Date }
  /** The registry serves it as something that is no manifest we can read. */
  | { readonly kind: 'unreadable'; readonly problem: string }

/** What upstream said about a tag, in the scope that the repo may look with. */
export type Upstream =
  | {
      readonly kind: 'fault'
      readonly fault: ToldFault
      /** What the tag showed when it last was there; null where we never saw it. */
      readonly last: { readonly digest: Digest; readonly at: Date } | null
      /** What the use is pinned to; null where it floats, or where that is not known. */
      readonly pinned: Pinned | null
    }
  | {
      readonly kind: 'seen'
      /** Where the tag points now: fetched and hashed by us. */
      readonly digest: Digest
      /** What it is, fetched and hashed by us; null where nothing needed it, since the use is pinned to that digest or stays floating. */
      readonly manifest: Manifest | null
      /** When we first saw the digest under this tag; null on a first look, when its age is unknown. */
      readonly firstSeen: Date | null
      /** What the use is pinned to now: null when it floats, or when it equals `digest`. */
      readonly pinned: Pinned | null
      /** Where the tag went back to `digest`, which it had shown before it first showed what the use is pinned to: when, and how long until then. */
      readonly wentBack: { readonly at: Date; readonly leftAt: Date } | null
    }

/** What the list of an image's tags says about a use whose policy lets its tag move. */
export type NewerTag =
  | { readonly kind: 'unasked' }
  /** There is no list, and never was one. */
  | { readonly kind: 'fault'; readonly fault: ToldFault }
  | {
      readonly kind: 'listed'
      /** How many tags there are. */
      readonly considered: number
      /** The newest tag that the policy allows, with what upstream said about it (null: not asked yet); null where the tag stays. */
      readonly candidate: { readonly tag: string; readonly upstream: Upstream | null } | null
      /** The newest tag of the line, where the policy does not allow it; else null. */
      readonly beyond: string | null
      /** The tag that would be the candidate, had not a person closed the pull request that offered it; else null. */
      readonly refused: string | null
      /** Tags that are in the list and that the registry does not serve; they were passed over. */
      readonly unserved: readonly string[]
    }

/** What a digest that the file names without a tag is known by. */
export type Carrier = {
  /** The tag that it is taken to follow. */
  readonly tag: string
  /** When the tag was seen to show something else; null where it shows the digest now. */
  readonly until: Date | null
  /** Some more tags that showed it, and how many beside. */
  readonly others: readonly string[]
  readonly othersLeft: number
}

/** What is known about a tag that vanished. */
export type Vanished = {
  /** Whether the registry told which tags there are. */
  readonly isListed: boolean
  /** A tag that could take its place; `follow` is the nearest extent that would let the policy move to it, null where a person would have to write it. Null where none is left. */
  readonly proposal: { readonly tag: string; readonly follow: ExtentWord | null } | null
}

/** What is known about the inside of the digests that a use would move between. */
export type EvidenceFacts =
  /** The images are being looked into; what cannot be told by `until` is left out of the pull request. */
  { readonly kind: 'pending'; readonly until: Date } | { readonly kind: 'known'; readonly evidence: MoveEvidence }

/** A fix that the distribution has published and that the newest digest of a base does not have. */
export type WaitingFix = {
  readonly imageName: string
  readonly tag: string
  /** The source package. */
  readonly sourceName: string
  readonly installed: string
  readonly fixedIn: string
  /** What the base's own repositories offer now, or why that cannot be said. */
  readonly installable: { readonly kind: 'known'; readonly version: string } | { readonly kind: 'cannot-say'; readonly why: string }
  /** The ids, worst first. */
  readonly vulnerabilities: readonly string[]
  readonly severity: Severity
  /** When the distribution published the fix; null where no record says. */
  readonly since: Date | null
  /** The Dockerfile upgrades all packages, or installs one of this source: building without a cache picks the fix up. */
  readonly isPickedUp: boolean
}

/** What is known about one image use. */
export type UseFacts = {
  readonly asOf: Date
  /** Null at the command line, where no GitHub repo is known. */
  readonly repo: Pick<Repo, 'id' | 'isArchived' | 'isFork' | 'mayWriteWorkflows'> | null
  /** For this use, as `policyFor` gives it. */
  readonly policy: Policy
  readonly use: ImageUse
  /** About the tag that the use would have: the candidate among newer ones, else its own. Null where nothing was asked yet. */
  readonly upstream: Upstream | null
  /** Null where the policy follows the tag of the file and no other. */
  readonly newer: NewerTag | null
  /** The tag that the digest of a use without a tag is known by; null for a use with a tag, and where none is known. */
  readonly carrier: Carrier | null
  /** Null where the registry has the tag of the use, or never had it. */
  readonly vanished: Vanished | null
  /** About the use's own tag, where `upstream` is about another one; else null. */
  readonly own: Upstream | null
  /** Null where nothing moves, or where nobody looks into images. */
  readonly evidence: EvidenceFacts | null
  /** Digests and tags that a person refused for this update key by closing the pull request. */
  readonly refusedDigests: readonly Offer[]
  /** A person took over our branch. */
  readonly isHandsOff: boolean
  /** Our pull request for this update key is open, so that a new digest opens no other. */
  readonly isOpen: boolean
}

/** What is known about the build of one repo. */
export type BuildFacts = {
  readonly asOf: Date
  readonly repo: Pick<Repo, 'id' | 'isArchived' | 'isFork' | 'pushedAt'>
  readonly policy: Policy
  /** Floating tags that the final images are built on and that moved since the last rebuild was asked for. */
  readonly moved: readonly { readonly imageName: string; readonly tag: string; readonly from: Digest; readonly to: Digest; readonly at: Date }[]
  /** Fixes that the bases of the final images wait for, most urgent first. */
  readonly waitingFixes: readonly WaitingFix[]
  /** The newest rebuild of the repo, or null. */
  readonly previous: Rebuild | null
  /** Causes that a rebuild was asked for before; none is asked for twice. */
  readonly earlierCauses: readonly string[]
  /** Since when the policy asks for rebuilds on its present schedule; what moved before asks for nothing. */
  readonly scheduledSince: Date
}
