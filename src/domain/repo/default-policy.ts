/** The policy of a repo that has no policy file, and of every field that a policy file leaves out. */
import type { Policy } from './policy.ts'

/**
 * - a tag is somebody's choice: its digest moves, the tag stays
 * - floating tags stay floating: a pull request for each of them in every repo is a poor first contact, and a rebuild picks up what they show
 * - nowhere a digest that would switch `--build-arg` off
 * - five open pull requests and two an hour: more at once is closed unread
 * - no rebuilds: they run the repo's own pipeline, which a person has to ask for
 * - pull requests at any time: what waits is not patched
 * - forks get their updates from where they were forked
 */
export const defaultPolicy: Policy = {
  enabled: true,
  ignorePaths: [],
  ignoreImages: [],
  imageRules: [],
  pathRules: [],
  follow: { kind: 'digest' },
  mayChangeRelease: false,
  pinFloatingTags: false,
  pinOverArguments: false,
  platforms: [],
  schedule: null,
  labels: [],
  reviewers: [],
  assignees: [],
  baseBranches: [],
  branchPrefix: 'underpin/',
  commitPrefix: null,
  maxOpenPullRequests: 5,
  maxPullRequestsPerHour: 2,
  rebuild: null,
  includeForks: false,
}
