/** Layers: what a policy file says over the one that it extends, and what both come to over the defaults. */
import { parseExtent } from '../domain/image/extent.ts'
import { defaultPolicy } from '../domain/repo/default-policy.ts'
import type { Policy, RebuildPolicy, UpdateSchedule, UseRule, UseSettings } from '../domain/repo/policy.ts'
import { scheduleWords, windowMsOf } from './schedule.ts'
import type { PolicyFile } from './schema.ts'

/**
 * The files as one, the uppermost first. A field is taken whole from the first file that has it, and so is each one below `limits`; rules and what is
 * ignored add up, those of the uppermost file first.
 */
export function mergedFile(files: readonly PolicyFile[]): PolicyFile {
  const [first = {}, ...rest] = files
  if (rest.length === 0) return first
  const below = mergedFile(rest)
  const branches = first.baseBranch === undefined && first.baseBranches === undefined ? below : first
  return {
    ...below,
    ...first,
    baseBranch: branches.baseBranch,
    baseBranches: branches.baseBranches,
    limits: { ...below.limits, ...first.limits },
    ignore: {
      paths: [...(first.ignore?.paths ?? []), ...(below.ignore?.paths ?? [])],
      images: [...(first.ignore?.images ?? []), ...(below.ignore?.images ?? [])],
    },
    images: [...(first.images ?? []), ...(below.images ?? [])],
    paths: [...(first.paths ?? []), ...(below.paths ?? [])],
  }
}

/** The policy that a file comes to. */
export function policyOf(file: PolicyFile): Policy {
  return {
    ...defaultPolicy,
    ...settingsOf(file),
    enabled: file.enabled ?? defaultPolicy.enabled,
    ignorePaths: (file.ignore?.paths ?? defaultPolicy.ignorePaths).map(rootedGlob),
    ignoreImages: (file.ignore?.images ?? defaultPolicy.ignoreImages).map(fullImageGlob),
    imageRules: (file.images ?? []).map((rule) => ruleOf(rule, fullImageGlob)),
    pathRules: (file.paths ?? []).map((rule) => ruleOf(rule, rootedGlob)),
    baseBranches: [...new Set(file.baseBranches ?? (file.baseBranch === undefined ? defaultPolicy.baseBranches : [file.baseBranch]))],
    branchPrefix: file.branchPrefix ?? defaultPolicy.branchPrefix,
    commitPrefix: file.commitPrefix ?? defaultPolicy.commitPrefix,
    maxOpenPullRequests: file.limits?.openPullRequests ?? defaultPolicy.maxOpenPullRequests,
    maxPullRequestsPerHour: file.limits?.pullRequestsPerHour ?? defaultPolicy.maxPullRequestsPerHour,
    rebuild: rebuildPolicy(file.rebuild),
    includeForks: file.includeForks ?? defaultPolicy.includeForks,
  }
}

type WrittenRule = NonNullable<PolicyFile['images']>[number]

function ruleOf(rule: WrittenRule, toGlob: (glob: string) => string): UseRule {
  const globs = typeof rule.match === 'string' ? [rule.match] : rule.match
  return { globs: globs.map(toGlob), enabled: rule.enabled ?? null, sets: settingsOf(rule) }
}

/** Only what was written: a rule says nothing about the rest. */
function settingsOf(written: Omit<WrittenRule, 'match' | 'enabled'>): Partial<UseSettings> {
  const settings: { -readonly [Name in keyof UseSettings]?: UseSettings[Name] } = {}
  const follow = written.follow === undefined ? null : parseExtent(written.follow)
  if (follow !== null) settings.follow = follow
  if (written.mayChangeRelease !== undefined) settings.mayChangeRelease = written.mayChangeRelease
  if (written.pinFloatingTags !== undefined) settings.pinFloatingTags = written.pinFloatingTags
  if (written.pinOverArguments !== undefined) settings.pinOverArguments = written.pinOverArguments
  if (written.platforms !== undefined) settings.platforms = [...new Set(written.platforms)]
  if (written.schedule !== undefined) settings.schedule = updateSchedule(written.schedule)
  if (written.labels !== undefined) settings.labels = [...new Set(written.labels)]
  if (written.reviewers !== undefined) settings.reviewers = [...new Set(written.reviewers)]
  if (written.assignees !== undefined) settings.assignees = [...new Set(written.assignees)]
  return settings
}

/** How long pull requests may be opened where nobody says, ms. */
const usualWindowMs = 4 * 60 * 60 * 1000

/** Null for `always`. */
function updateSchedule(written: NonNullable<PolicyFile['schedule']>): UpdateSchedule | null {
  const { at, window, timezone } = typeof written === 'string' ? { at: written } : written
  if (at === 'always') return null
  return { cron: patternOf(at), timezone: timezone ?? 'UTC', windowMs: (window === undefined ? null : windowMsOf(window)) ?? usualWindowMs }
}

/** Null where nothing would ever ask for a rebuild: `never`, or no schedule, no base move and no fix. `on-fix` is no schedule but a wish of its own. */
function rebuildPolicy(written: PolicyFile['rebuild']): RebuildPolicy | null {
  if (written === undefined || written === 'never') return null
  const rebuild = typeof written === 'string' ? { schedule: written } : written
  const { schedule } = rebuild
  const cron = schedule === undefined || schedule === 'never' || schedule === 'on-fix' ? null : patternOf(schedule)
  const onBaseMove = rebuild.onBaseMove ?? true
  const onFix = rebuild.onFix ?? schedule === 'on-fix'
  if (cron === null && !onBaseMove && !onFix) return null
  return {
    cron,
    timezone: rebuild.timezone ?? 'UTC',
    onBaseMove,
    onFix,
    workflow: rebuild.workflow ?? null,
    ref: rebuild.ref ?? null,
    inputs: Object.fromEntries(Object.entries(rebuild.inputs ?? {}).map(([name, value]) => [name, String(value)])),
  }
}

function patternOf(schedule: string): string {
  return scheduleWords[schedule] ?? schedule.trim()
}

/** Paths are those from the root, however they are written. */
function rootedGlob(glob: string): string {
  return glob.replace(/^\.?\//, '')
}

/** Images are matched by their full name; `python` is written for `docker.io/library/python`, as everywhere in Docker. */
function fullImageGlob(glob: string): string {
  const [first = '', ...rest] = glob.split('/')
  if (rest.length === 0) return first === '**' ? glob : `docker.io/library/${glob}`
  if (first === 'index.docker.io') return ['docker.io', ...rest].join('/')
  return /[.:]/.test(first) || first === 'localhost' || first.startsWith('*') ? glob : `docker.io/${glob}`
}
