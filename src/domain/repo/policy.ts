/** Policies: what the people of a repo want Underpin to do there, after defaults. */
import type { Json } from '../../lib/json.ts'
import type { Extent } from '../image/extent.ts'

/** When the images of a repo are rebuilt although nobody commits. */
export type RebuildPolicy = {
  /** A five-field cron pattern in `timezone`, or null for no schedule. A minute of `H` is one that Underpin picks, always the same for a repo. */
  readonly cron: string | null
  readonly timezone: string
  /** Ask for a rebuild when a tag that the build follows without a pin moves. */
  readonly onBaseMove: boolean
  /** Ask for a rebuild when the distribution has a fix that the base lacks and the build would pick up. */
  readonly onFix: boolean
  /** A workflow file under `.github/workflows` started by `workflow_dispatch`; null: `repository_dispatch` of type `underpin-rebuild`. */
  readonly workflow: string | null
  /** The branch or tag that is built; null is the base branch. */
  readonly ref: string | null
  /** Inputs given to `workflow_dispatch`, by the names the workflow declares (`{ "no-cache": "true" }`). */
  readonly inputs: Readonly<Record<string, string>>
}

/** When pull requests may be opened: from each time that `cron` names in `timezone`, for `windowMs`. `cron` is as in `RebuildPolicy`. */
export type UpdateSchedule = { readonly cron: string; readonly timezone: string; readonly windowMs: number }

/** What a policy says about each image use, and what its rules may say otherwise about some. */
export type UseSettings = {
  /** How far an image may move from the tag that a file names. */
  readonly follow: Extent
  /** Whether such a move may change the distribution's release in a tag (`bookworm` to `trixie`). */
  readonly mayChangeRelease: boolean
  /** Whether a floating `name:tag` gets a digest. */
  readonly pinFloatingTags: boolean
  /** Whether that holds where an ARG supplies the tag, which switches `--build-arg` off for it. */
  readonly pinOverArguments: boolean
  /** The platforms that the repo builds (`linux/amd64`); empty when it did not say, and then every platform of an image counts. */
  readonly platforms: readonly string[]
  /** When pull requests may be opened; null is always. What fixes vulnerabilities waits for no schedule. */
  readonly schedule: UpdateSchedule | null
  readonly labels: readonly string[]
  /** Who is asked to review: logins of GitHub, and teams as `org/team`. */
  readonly reviewers: readonly string[]
  /** Logins of GitHub. */
  readonly assignees: readonly string[]
}

/** A rule: what holds otherwise for the uses that one of its globs matches. `enabled: false` leaves them alone. */
export type UseRule = { readonly globs: readonly string[]; readonly enabled: boolean | null; readonly sets: Partial<UseSettings> }

/** What holds in a repo; `policyFor` makes of it what holds for one image use. */
export type Policy = UseSettings & {
  readonly enabled: boolean
  /** Globs over paths from the root of the repo. */
  readonly ignorePaths: readonly string[]
  /** Globs over full image names (`docker.io/library/*`). */
  readonly ignoreImages: readonly string[]
  /** Rules by full image name; of these the first that matches counts. */
  readonly imageRules: readonly UseRule[]
  /** Rules by path, where a glob covers what is below a folder; of these the first that matches counts. */
  readonly pathRules: readonly UseRule[]
  /** The branches that pull requests go to; empty is the default branch. */
  readonly baseBranches: readonly string[]
  /** What the names of our branches begin with: one level of `[a-z0-9._-]`, and `/` or `-` at its end. */
  readonly branchPrefix: string
  /** What the subjects of commits and the titles of pull requests begin with (`chore(deps):`), or null. */
  readonly commitPrefix: string | null
  readonly maxOpenPullRequests: number
  readonly maxPullRequestsPerHour: number
  readonly rebuild: RebuildPolicy | null
  /** Takes part although it is a fork. */
  readonly includeForks: boolean
}

/** Where a repo's policy file is looked for. */
export const policyPath = '.github/underpin.yml'

/** A place in a policy file: line and column are 1-based, and columns count UTF-16 units, as editors do. */
export type PolicyPosition = { readonly line: number; readonly column: number }

/** A mistake. `file` is null for the file that was read, else the name of the one that it extends; `at` is null where the whole file is meant; `path` is `limits.openPullRequests`, empty for the root. */
export type PolicyProblem = { readonly file: string | null; readonly at: PolicyPosition | null; readonly path: string; readonly message: string }

/** One value in force, in the words of the policy file; `from` is null where nobody wrote it, so that it is a default. */
export type PolicyValue = {
  readonly path: string
  readonly value: Json
  readonly from: { readonly file: string | null; readonly at: PolicyPosition } | null
}

/**
 * What else the reading of a policy file needs. `owner` is that of the repo, where it is known. `base` is the file that the policy extends:
 * `bytes` is null where it was looked for and is not there, and `name` is how people are told about it.
 */
export type PolicySurroundings = {
  readonly owner?: string
  readonly base?: { readonly name: string; readonly bytes: Uint8Array | null }
}

/**
 * A policy file as read.
 * - `policy`: what is in force, and where each value comes from
 * - `extends`: fine so far, and to be read again with the file at `policyPath` in `<owner>/.github`; `owner` is null for the repo's own
 * - `broken`: every mistake, at most twenty and one more that counts the rest
 */
export type ReadPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy; readonly values: readonly PolicyValue[] }
  | { readonly kind: 'extends'; readonly owner: string | null; readonly at: PolicyPosition }
  | { readonly kind: 'broken'; readonly problems: readonly PolicyProblem[] }

/** `file:line:column: field: what to do`; `name` is that of the file that was read. */
export function formatPolicyProblem({ file, at, path, message }: PolicyProblem, name: string): string {
  return `${file ?? name}${at === null ? '' : `:${at.line}:${at.column}`}: ${path === '' ? '' : `${path}: `}${message}`
}
