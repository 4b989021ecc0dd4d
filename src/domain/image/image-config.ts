/** Image configurations: what a container of the image starts as (https://github.com/opencontainers/image-spec/blob/main/config.md). */
import { normalPlatform, type Platform, platformPart } from './platform.ts'

/** Everything here is hostile text. */
export type ImageConfig = {
  readonly platform: Platform
  /** RFC 3339 as written, or null. A publisher writes what he likes. */
  readonly created: string | null
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** `NAME=value` as written. */
  readonly env: readonly string[]
  /** `80/tcp`, sorted. */
  readonly exposedPorts: readonly string[]
  readonly volumes: readonly string[]
  readonly workingDir: string
  readonly stopSignal: string | null
  readonly labels: Readonly<Record<string, string>>
  /** Digests of the uncompressed layers, the base's first. */
  readonly diffIds: readonly string[]
}

/** A configuration, or why these bytes are none. */
export type ParsedImageConfig = { readonly kind: 'config'; readonly config: ImageConfig } | { readonly kind: 'invalid'; readonly problem: string }

/** Bytes of a configuration that we read at most, as for manifests. */
export const longestImageConfig = 4 * 1024 * 1024

/** Items of one list (environment, ports, labels, layers); no runtime starts a container with so many. */
const mostItems = 10_000
const longestText = 64 * 1024

/**
 * Reads `bytes`. A field that is absent or null is empty; one of another type makes it no configuration, for runtimes would refuse or misread it too. Without
 * `os` and `architecture` it belongs to an artifact and not to an image.
 */
export function parseImageConfig(bytes: Uint8Array): ParsedImageConfig {
  const invalid = (problem: string): ParsedImageConfig => ({ kind: 'invalid', problem })
  if (bytes.length > longestImageConfig) return invalid(`it is longer than ${longestImageConfig} bytes`)
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return invalid('it is not JSON in UTF-8')
  }
  if (!isRecord(json)) return invalid('it is not a JSON object')
  const platform = readPlatform(json)
  if (platform === null) return invalid('it names no platform that an image could run on')
  const run = json['config'] ?? {}
  const rootfs = json['rootfs'] ?? {}
  if (!isRecord(run)) return invalid('its "config" is not an object')
  if (!isRecord(rootfs)) return invalid('its "rootfs" is not an object')
  const fields = {
    created: readText(json['created']),
    user: readText(run['User']),
    // Docker wrote a single string here once.
    entrypoint: readList(typeof run['Entrypoint'] === 'string' ? [run['Entrypoint']] : run['Entrypoint']),
    cmd: readList(typeof run['Cmd'] === 'string' ? [run['Cmd']] : run['Cmd']),
    env: readList(run['Env']),
    exposedPorts: readKeys(run['ExposedPorts']),
    volumes: readKeys(run['Volumes']),
    workingDir: readText(run['WorkingDir']),
    stopSignal: readText(run['StopSignal']),
    labels: readLabels(run['Labels']),
    diffIds: readList(rootfs['diff_ids']),
  }
  const wrong = Object.entries(fields).find(([, value]) => value === undefined)
  if (wrong !== undefined) return invalid(`its ${wrong[0]} has another type than the specification gives it, or is too long`)
  const { created, user, entrypoint, cmd, env, exposedPorts, volumes, workingDir, stopSignal, labels, diffIds } = fields
  return {
    kind: 'config',
    config: {
      platform,
      created: created ?? null,
      user: user ?? '',
      entrypoint: entrypoint ?? [],
      cmd: cmd ?? [],
      env: env ?? [],
      exposedPorts: exposedPorts ?? [],
      volumes: volumes ?? [],
      workingDir: workingDir ?? '',
      stopSignal: stopSignal ?? null,
      labels: labels ?? {},
      diffIds: diffIds ?? [],
    },
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestText
}

/** These give null for what is absent and undefined for what is wrong. */
function readText(value: unknown): string | null | undefined {
  return value === undefined || value === null ? null : isText(value) ? value : undefined
}

function readList(value: unknown): readonly string[] | null | undefined {
  if (value === undefined || value === null) return null
  return Array.isArray(value) && value.length <= mostItems && value.every(isText) ? value : undefined
}

/** The keys of an object that stands for a set, sorted. */
function readKeys(value: unknown): readonly string[] | null | undefined {
  return value === undefined || value === null ? null : isRecord(value) ? readList(Object.keys(value).sort()) : undefined
}

function readLabels(value: unknown): Readonly<Record<string, string>> | null | undefined {
  if (value === undefined || value === null) return null
  if (!isRecord(value) || readList(Object.keys(value)) === undefined) return undefined
  const labels: Record<string, string> = Object.create(null)
  for (const [name, text] of Object.entries(value)) {
    if (!isText(text)) return undefined
    labels[name] = text
  }
  return labels
}

function readPlatform(json: Record<string, unknown>): Platform | null {
  const part = (name: string): string | null => {
    const value = json[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const [os, architecture, variant, osVersion] = [part('os'), part('architecture'), part('variant'), part('os.version')]
  if (os === null || architecture === null) return null
  return [os, architecture, variant, osVersion].every((text) => text === null || platformPart.test(text))
    ? normalPlatform({ os, architecture, variant, osVersion })
    : null
}
