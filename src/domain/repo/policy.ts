/** Policies: what the people of a repo want Underpin to do there, after defaults. */

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

export type Policy = {
  readonly enabled: boolean
  /** Globs over paths from the root of the repo. */
  readonly ignorePaths: readonly string[]
  /** Globs over full image names (`docker.io/library/*`). */
  readonly ignoreImages: readonly string[]
  /** The platforms that the repo builds (`linux/amd64`); empty when it did not say, and then every platform of an image counts. */
  readonly platforms: readonly string[]
  /** Whether a floating `name:tag` gets a digest. */
  readonly pinFloatingTags: boolean
  /** Whether that holds where an ARG supplies the tag, which switches `--build-arg` off for it. */
  readonly pinOverArguments: boolean
  readonly labels: readonly string[]
  /** The branch that pull requests go to; null is the default branch. */
  readonly baseBranch: string | null
  readonly maxOpenPullRequests: number
  readonly maxPullRequestsPerHour: number
  readonly rebuild: RebuildPolicy | null
  /** Takes part although it is a fork. */
  readonly includeForks: boolean
}

/** Where a repo's policy file is looked for. */
export const policyPath = '.github/underpin.yml'

/** A policy file as read: the policy, or what is wrong with it and on which line (1-based, null when the whole file is). */
export type ReadPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'broken'; readonly problems: readonly { readonly line: number | null; readonly path: string; readonly message: string }[] }
