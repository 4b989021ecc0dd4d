/** Values in force: each one of a policy in the words of the policy file, with the place where it was written. */
import { formatExtent } from '../domain/image/extent.ts'
import type { Policy, PolicyValue, UpdateSchedule, UseRule, UseSettings } from '../domain/repo/policy.ts'
import type { Json } from '../lib/json.ts'
import { formatWindow } from './schedule.ts'
import type { PolicyFile } from './schema.ts'
import type { YamlTree } from './yaml-tree.ts'

/** A file that a policy was read from; `name` is null for the repo's own. */
export type Layer = { readonly file: PolicyFile; readonly tree: YamlTree; readonly name: string | null }

/** Every value of `policy` in the order in which the page about the file has them; `layers` are the files that it was read from, the uppermost first. */
export function valuesOf(policy: Policy, layers: readonly Layer[]): readonly PolicyValue[] {
  const fromFirst = (field: keyof PolicyFile, ...inner: readonly string[]) => {
    const layer = layers.find(({ file }) => valueAt(file, [field]) !== undefined)
    return layer === undefined || valueAt(layer.file, [field, ...inner]) === undefined ? null : placeIn(layer, [field, ...inner])
  }
  const field = (name: keyof PolicyFile, value: Json): PolicyValue => ({ path: name, value, from: fromFirst(name) })
  /** Of a value that may be a word: the word stands for the field `meant`. */
  const inner = (name: 'schedule' | 'rebuild', meant: string, values: Readonly<Record<string, Json>>): readonly PolicyValue[] =>
    Object.entries(values).map(([key, value]) => {
      const isWord = typeof layers.find(({ file }) => file[name] !== undefined)?.file[name] === 'string'
      return { path: `${name}.${key}`, value, from: isWord ? (key === meant ? fromFirst(name) : null) : fromFirst(name, key) }
    })
  const limit = (name: 'openPullRequests' | 'pullRequestsPerHour', value: number): PolicyValue => {
    const layer = layers.find(({ file }) => file.limits?.[name] !== undefined)
    return { path: `limits.${name}`, value, from: layer === undefined ? null : placeIn(layer, ['limits', name]) }
  }
  /** Lists that add up keep the order of the layers. */
  const list = (path: readonly string[], values: readonly Json[]): readonly PolicyValue[] => {
    const places = layers.flatMap(
      (layer) => (valueAt(layer.file, path) as readonly unknown[] | undefined)?.map((_, index) => placeIn(layer, [...path, index])) ?? [],
    )
    return values.map((value, index) => ({ path: [...path, index].join('.'), value, from: places[index] ?? null }))
  }
  const { schedule, rebuild } = policy
  const settings = writtenSettings(policy)
  const [own] = layers
  return [
    ...(own?.file.extends === undefined ? [] : [field('extends', own.file.extends)]),
    field('enabled', policy.enabled),
    ...list(['ignore', 'paths'], policy.ignorePaths),
    ...list(['ignore', 'images'], policy.ignoreImages),
    ...(['follow', 'mayChangeRelease', 'pinFloatingTags', 'pinOverArguments', 'platforms'] as const).map((name) => field(name, settings[name] ?? null)),
    ...(schedule === null ? [field('schedule', 'always')] : inner('schedule', 'at', writtenSchedule(schedule))),
    ...(['labels', 'reviewers', 'assignees'] as const).map((name) => field(name, settings[name] ?? null)),
    ...list(['images'], policy.imageRules.map(writtenRule)),
    ...list(['paths'], policy.pathRules.map(writtenRule)),
    { path: 'baseBranches', value: policy.baseBranches, from: fromFirst('baseBranches') ?? fromFirst('baseBranch') },
    field('branchPrefix', policy.branchPrefix),
    field('commitPrefix', policy.commitPrefix),
    limit('openPullRequests', policy.maxOpenPullRequests),
    limit('pullRequestsPerHour', policy.maxPullRequestsPerHour),
    field('includeForks', policy.includeForks),
    ...(rebuild === null ? [field('rebuild', 'never')] : inner('rebuild', 'schedule', writtenRebuild(rebuild))),
  ]
}

function writtenSettings(settings: Partial<UseSettings>): { readonly [Name in keyof UseSettings]?: Json } {
  const { follow, schedule, ...rest } = settings
  return {
    ...(follow === undefined ? {} : { follow: formatExtent(follow) }),
    ...rest,
    ...(schedule === undefined ? {} : { schedule: schedule === null ? 'always' : writtenSchedule(schedule) }),
  }
}

function writtenSchedule({ cron, windowMs, timezone }: UpdateSchedule): Readonly<Record<string, Json>> {
  return { at: cron, window: formatWindow(windowMs), timezone }
}

function writtenRebuild({ cron, ...rest }: NonNullable<Policy['rebuild']>): Readonly<Record<string, Json>> {
  return { schedule: cron ?? (rest.onFix ? 'on-fix' : 'never'), ...rest }
}

function writtenRule({ globs, enabled, sets }: UseRule): Json {
  return { match: globs, ...(enabled === null ? {} : { enabled }), ...writtenSettings(sets) }
}

function placeIn({ tree, name }: Layer, path: readonly PropertyKey[]): PolicyValue['from'] {
  const at = tree.fieldAt(path)
  return at === null ? null : { file: name, at }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined), value)
}
