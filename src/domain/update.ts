/** Updates: the unit of delivery. At most one open pull request per update key, for as long as the repo lives. */
import type { Replacement } from '../lib/span.ts'
import { sha256Hex } from '../lib/hash.ts'
import type { Digest } from './image/digest.ts'

/** Neither the target digest nor the installation is part of it, so that a new digest moves the open pull request. */
export type UpdateKey = {
  readonly repoId: number
  readonly baseBranch: string
  /**
   * Image name and tag (`docker.io/library/python:3.12-slim`), or, where the policy lets the tag move, image name and tag track, so that every newer tag
   * moves the open pull request too; or the group's name in the policy.
   */
  readonly group: string
}

/** What a pull request offers, and a person who closes it says no to: a digest that it writes, or a tag that it moves to. */
export type Offer = Digest | `tag:${string}`

/** Equal keys give equal text; it is the primary key of the update row. */
export function formatUpdateKey(key: UpdateKey): string {
  return `${key.repoId} ${key.baseBranch} ${key.group}`
}

/**
 * `underpin/<slug>-<8 hex of sha256(key)>`: one level deep, alphabet `[a-z0-9._-]`, at most 69 characters and the prefix.
 * `prefix` is the policy's, `underpin/` by default; where a branch named `underpin` makes the folder impossible in Git it is `underpin-`.
 */
export function branchName(key: UpdateKey, prefix: string): string {
  const slug = key.group
    .replace(/^docker\.io\/(library\/)?/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '')
  return `${prefix}${slug}-${sha256Hex(formatUpdateKey(key)).slice(0, 8)}`
}

/** The next name, where a branch that is not ours (any more) has `branch`: `…-2`, then `…-3`. */
export function nextBranchName(branch: string): string {
  const numbered = /^(.+-[0-9a-f]{8})-(\d+)$/.exec(branch)
  return `${numbered?.[1] ?? branch}-${Number(numbered?.[2] ?? 1) + 1}`
}

/** All the bytes to change in one file, as seen in `blobOid`. */
export type FileChange = { readonly path: string; readonly blobOid: string; readonly replacements: readonly Replacement[] }

/** The complete change as data: applying it needs nothing but the files it names. Equal fingerprints mean equal plans. */
export type Plan = {
  readonly key: UpdateKey
  /** What the references of the group come to, in full: `docker.io/library/python:3.12-slim@sha256:…`, sorted. */
  readonly targets: readonly string[]
  /** Digests that the plan writes and tags that it moves to; a person who closes the pull request says no to these. */
  readonly digests: readonly Offer[]
  readonly changes: readonly FileChange[]
  readonly title: string
  /** Markdown, rendered from the decision; ends with a marker comment that names the fingerprint. */
  readonly body: string
  readonly commitMessage: string
  readonly labels: readonly string[]
  /** Who is asked to review: logins, and teams as `org/team`. */
  readonly reviewers: readonly string[]
  /** Logins. */
  readonly assignees: readonly string[]
  /** What the branch's name begins with where there is none yet. */
  readonly branchPrefix: string
  /** 64 hex: over key, targets and changes; neither over the words nor over the labels, which need no other commit. */
  readonly fingerprint: string
  /** 64 hex: over what the words tell about the images. An open pull request whose words tell something else is described anew, without a commit. */
  readonly wordsFingerprint: string
}

/** Whom a plan shows its pull request to, as `Update.deliveredPeople` names them. */
export function peopleOf({ reviewers, assignees }: Pick<Plan, 'reviewers' | 'assignees'>): readonly string[] {
  return [...reviewers.map((name) => `reviewer ${name}`), ...assignees.map((name) => `assignee ${name}`)]
}

/**
 * - `planned`: to be delivered
 * - `held`: the limit `heldBy` keeps it back until `heldUntil`
 * - `open`: our pull request is open at `planFingerprint`
 * - `merged`, `closed`: ended on GitHub; `closed` by a person keeps `refusedDigests`
 * - `hands-off`: a person committed on our branch or opened a pull request from it; we said so once and write no more while that pull request is open
 * - `obsolete`: nothing is left to change
 */
export type UpdateState = 'planned' | 'held' | 'open' | 'merged' | 'closed' | 'hands-off' | 'obsolete'

/** The limit on pull requests that is full: open at once per repo, opened within an hour per repo and per installation. */
export type FullLimit = { readonly limit: 'openPerRepo' | 'perRepoAndHour' | 'perInstallationAndHour'; readonly most: number }

export type Update = {
  readonly key: UpdateKey
  readonly installationId: number
  readonly branch: string
  readonly state: UpdateState
  readonly plan: Plan
  /** Of the plan that the pull request on GitHub carries; null before the first delivery. */
  readonly deliveredFingerprint: string | null
  /** Of the words that the pull request carries; null before the first delivery. */
  readonly deliveredWords: string | null
  /** What it offers, and a person refuses by closing it. */
  readonly deliveredDigests: readonly Offer[]
  /** Labels that we gave to the pull request: given once, so that a person can take them off. */
  readonly deliveredLabels: readonly string[]
  /** People whom we asked to review (`reviewer ann`) or assigned (`assignee ann`), those whom GitHub refused included: each once. */
  readonly deliveredPeople: readonly string[]
  /** Of the present life of the row: null until it is opened, and again when a new plan follows a merged or closed one. */
  readonly pullRequest: number | null
  /** The commit of ours that the branch should be at; null before the first delivery. */
  readonly headOid: string | null
  /** What pull requests offered that a person closed unmerged: not offered again. */
  readonly refusedDigests: readonly Offer[]
  readonly openedAt: Date | null
  /** When a held update is worth trying again; null where no time is known. */
  readonly heldUntil: Date | null
  readonly heldBy: FullLimit | null
}
