/** The few fields we read of what registries and token servers say, narrowed by hand: zod would cost `scan` 90 ms at start for five fields. */
import { platformPart } from '../../domain/image/platform.ts'

/** A bearer token and how long it lasts. */
export type TokenAnswer = { readonly token: string; readonly expiresInSeconds: number }

/** A token server's answer (https://distribution.github.io/distribution/spec/auth/token/#token-response-fields), or null. Lifetimes below 60 s count as 60. */
export function readToken(body: Buffer): TokenAnswer | null {
  const json = parseJson(body)
  if (!isRecord(json)) return null
  const token = text(json['token']) ?? text(json['access_token'])
  const lifetime = json['expires_in']
  // What goes into a header must not be able to end it.
  if (token === null || !/^[\x21-\x7e]+$/.test(token)) return null
  return { token, expiresInSeconds: typeof lifetime === 'number' && lifetime > 60 ? Math.min(lifetime, 3600) : 60 }
}

/** The tags in one page of a listing, or null when it is none; what is no tag is left out. */
export function readTags(body: Buffer): readonly string[] | null {
  const json = parseJson(body)
  if (!isRecord(json)) return null
  const { tags } = json
  if (tags === null || tags === undefined) return []
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string' && /^\w[\w.-]{0,127}$/.test(tag)) : null
}

/** The first OCI error code in an error body (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes), or null. */
export function readErrorCode(body: Buffer): string | null {
  const json = parseJson(body)
  const first: unknown = isRecord(json) && Array.isArray(json['errors']) ? json['errors'][0] : null
  const code = isRecord(first) ? text(first['code']) : null
  return code !== null && /^[A-Z_]{1,40}$/.test(code) ? code : null
}

/** The platform fields of an image config (https://github.com/opencontainers/image-spec/blob/main/config.md#properties), or null. */
export function readConfigPlatform(body: Buffer): { os: string; architecture: string; variant: string | null; osVersion: string | null } | null {
  const json = parseJson(body)
  if (!isRecord(json)) return null
  const os = text(json['os'])
  const architecture = text(json['architecture'])
  const [variant, osVersion] = [text(json['variant']), text(json['os.version'])]
  const wellFormed = [os, architecture, variant, osVersion].every((part) => part === null || platformPart.test(part))
  return os === null || architecture === null || !wellFormed ? null : { os, architecture, variant, osVersion }
}

/** The `artifactType` of each entry of an index, in its order; null where it names none. What is no index has no entries. */
export function readArtifactTypes(body: Buffer): readonly (string | null)[] {
  const json = parseJson(body)
  const entries: unknown = isRecord(json) ? json['manifests'] : null
  return Array.isArray(entries) ? entries.map((entry) => (isRecord(entry) ? text(entry['artifactType']) : null)) : []
}

/** A string that is not empty, or null. */
export function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** A JSON object, not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}
