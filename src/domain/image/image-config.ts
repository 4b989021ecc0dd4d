/** Image configurations: what a container of the image starts as (https://github.com/opencontainers/image-spec/blob/main/config.md). */
import type { Platform } from './platform.ts'

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
