/** The policy file: `.github/underpin.yml` as a `Policy`, or each mistake with its line and what to do about it. */
import type { z } from 'zod'
import { defaultPolicy } from '../domain/repo/default-policy.ts'
import type { Policy, ReadPolicy, RebuildPolicy } from '../domain/repo/policy.ts'
import { closest } from '../lib/closest.ts'
import { scheduleWords } from './schedule.ts'
import { type PolicyFile, policyFileSchema } from './schema.ts'
import { type Problem, readYaml, type YamlTree } from './yaml-tree.ts'

/** Nobody mends more at once, and each is stored and shown. */
const mostProblems = 20

/**
 * Reads a policy file; what it leaves out is filled in from `defaultPolicy`, and an empty file is the default. Never raises. YAML can
 * kill or stall a process in ways that no bound here excludes for sure, so strangers' files are read in a child process.
 */
export function readPolicy(bytes: Uint8Array): ReadPolicy {
  const read = readYaml(bytes)
  if (read.kind === 'broken') return read
  const parsed = policyFileSchema.safeParse(read.tree.value ?? {})
  if (parsed.success) return { kind: 'policy', policy: withDefaults(parsed.data) }
  const problems = parsed.error.issues.flatMap((issue) => describe(issue, read.tree)).sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
  const more = problems.length - mostProblems
  const rest = more > 0 ? [{ line: null, path: '', message: `and ${more} more mistakes` }] : []
  return { kind: 'broken', problems: [...problems.slice(0, mostProblems), ...rest] }
}

function withDefaults(file: PolicyFile): Policy {
  const baseBranch = file.baseBranch ?? null
  return {
    ...defaultPolicy,
    enabled: file.enabled ?? defaultPolicy.enabled,
    ignorePaths: (file.ignore?.paths ?? defaultPolicy.ignorePaths).map((glob) => glob.replace(/^\.?\//, '')),
    ignoreImages: (file.ignore?.images ?? defaultPolicy.ignoreImages).map(fullImageGlob),
    platforms: file.platforms ?? defaultPolicy.platforms,
    pinFloatingTags: file.pinFloatingTags ?? defaultPolicy.pinFloatingTags,
    pinOverArguments: file.pinOverArguments ?? defaultPolicy.pinOverArguments,
    labels: [...new Set(file.labels ?? defaultPolicy.labels)],
    baseBranches: baseBranch === null ? [] : [baseBranch],
    baseBranch,
    maxOpenPullRequests: file.limits?.openPullRequests ?? defaultPolicy.maxOpenPullRequests,
    maxPullRequestsPerHour: file.limits?.pullRequestsPerHour ?? defaultPolicy.maxPullRequestsPerHour,
    rebuild: rebuildPolicy(file.rebuild),
    includeForks: file.includeForks ?? defaultPolicy.includeForks,
  }
}

/** Null where nothing would ever ask for a rebuild: `never`, or no schedule, no base move and no fix. `on-fix` is no schedule but a wish of its own. */
function rebuildPolicy(written: PolicyFile['rebuild']): RebuildPolicy | null {
  if (written === undefined || written === 'never') return null
  const rebuild = typeof written === 'string' ? { schedule: written } : written
  const { schedule } = rebuild
  const cron = schedule === undefined || schedule === 'never' || schedule === 'on-fix' ? null : (scheduleWords[schedule] ?? schedule.trim())
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

/** Images are matched by their full name; `python` is written for `docker.io/library/python`, as everywhere in Docker. */
function fullImageGlob(glob: string): string {
  const [first = '', ...rest] = glob.split('/')
  if (rest.length === 0) return first === '**' ? glob : `docker.io/library/${glob}`
  if (first === 'index.docker.io') return ['docker.io', ...rest].join('/')
  return /[.:]/.test(first) || first === 'localhost' || first.startsWith('*') ? glob : `docker.io/${glob}`
}

type Issue = z.core.$ZodIssue

/** One zod issue as problems of the file. `rebuild` is a word or an object: the mistakes are those of the form that was written. */
function describe(issue: Issue, tree: YamlTree, above: readonly PropertyKey[] = []): readonly Problem[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union' && path.join() === 'rebuild') {
    const [asWord = [], asObject = []] = issue.errors
    const written = valueAt(tree.value, path)
    const isObject = typeof written === 'object' && written !== null && !Array.isArray(written)
    return (isObject ? asObject : asWord).flatMap((inner) => describe(inner, tree, path))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problem(tree, [...path, key], unknownField(key, knownFields(path))))
  }
  return [problem(tree, path, `${issue.message}${suggestion(issue, valueAt(tree.value, path))}`)]
}

function problem(tree: YamlTree, path: readonly PropertyKey[], message: string): Problem {
  return { line: tree.lineOf(path), path: path.map(String).join('.'), message }
}

function unknownField(key: string, known: readonly string[]): string {
  const near = closest(key, known)
  return near === null ? `unknown field; the fields here are ${known.join(', ')}` : `unknown field; did you mean "${near}"?`
}

/** Schedules and timezones are words that people misspell. */
function suggestion(issue: Issue, value: unknown): string {
  if (typeof value !== 'string' || issue.code !== 'custom') return ''
  const words = issue.path.at(-1) === 'timezone' ? Intl.supportedValuesOf('timeZone') : [...Object.keys(scheduleWords), 'on-fix', 'never']
  const near = /^[A-Za-z_/]+$/.test(value) ? closest(value, words) : null
  return near === null ? '' : `; did you mean "${near}"?`
}

/** The fields that may stand at `path`. */
function knownFields(path: readonly PropertyKey[]): readonly string[] {
  const { shape } = policyFileSchema
  if (path.length === 0) return Object.keys(shape)
  if (path[0] === 'ignore') return Object.keys(shape.ignore.unwrap().shape)
  if (path[0] === 'limits') return Object.keys(shape.limits.unwrap().shape)
  return path[0] === 'rebuild' ? Object.keys(shape.rebuild.unwrap().options[1].shape) : []
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined), value)
}
