/** For which platforms the images of a Dockerfile are used, where the builds that other files declare say so. */
import type { DeclaredBuild } from '../../domain/repo/declared-build.ts'
import { formatPlatform, parsePlatform, type Platform } from '../../domain/image/platform.ts'

/** The platforms that the builds make together; none where one of them does not say, or says what is no platform. */
export function madePlatforms(builds: readonly DeclaredBuild[]): readonly Platform[] {
  if (builds.some(({ platforms }) => platforms.length === 0)) return []
  const parsed = builds.flatMap(({ platforms }) => platforms).map(parsePlatform)
  if (!parsed.every((platform) => platform !== null)) return []
  const byText = new Map(parsed.map((platform) => [formatPlatform(platform), platform]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, platform]) => platform)
}

/** Stands for the platform that the builder runs on, which no file names. */
export const unknownPlatform: Platform = { os: 'unknown', architecture: 'unknown', variant: null, osVersion: null }

/**
 * The platforms for which a FROM is used that is built for `made`: `expand` gives what its `--platform` comes to for one of them, null without that flag.
 * None where the platform of the builder decides, or nothing can be known.
 */
export function usedPlatforms(made: readonly Platform[], expand: ((target: Platform) => string | null) | null): readonly string[] {
  if (expand === null) return made.map(formatPlatform)
  const used = made.map((target) => parsePlatform(expand(target) ?? ''))
  const isKnown = used.every((platform) => platform !== null && platform.os !== 'unknown' && platform.architecture !== 'unknown')
  return isKnown ? [...new Set(used.flatMap((platform) => (platform === null ? [] : [formatPlatform(platform)])))].sort() : []
}
