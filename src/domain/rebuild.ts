/** Rebuilds: asking a repo's own pipeline to build again although nothing was committed. */

/**
 * - `asked`: the row is written, the dispatch not yet sent
 * - `sent`: a request went out and its outcome is unknown: looked up before anything is sent again
 * - `running`: a workflow run is known
 * - `finished`: the run ended with `conclusion`
 * - `gave-up`: two tries for this cause failed, or nothing could be found in time
 */
export type RebuildState = 'asked' | 'sent' | 'running' | 'finished' | 'gave-up'

export type Rebuild = {
  /** The correlation id, a UUID; sent along where the workflow takes it. */
  readonly id: string
  readonly repoId: number
  readonly installationId: number
  /** Why, and the key of "at most two tries per cause": `scheduled 2026-11-23T03:17Z`, `base-moved docker.io/library/debian:12@sha256:… 2026-11-22T10:05Z`. */
  readonly cause: string
  /** The workflow file, or null for `repository_dispatch`. */
  readonly workflow: string | null
  /** The branch or tag that is built. */
  readonly ref: string
  readonly inputs: Readonly<Record<string, string>>
  readonly state: RebuildState
  /** Dispatches sent so far, at most 2. */
  readonly tries: number
  /** When the last dispatch went out. */
  readonly sentAt: Date | null
  readonly runId: number | null
  readonly runUrl: string | null
  /** GitHub's word when the run ended: `success`, `failure`, `cancelled` … */
  readonly conclusion: string | null
  readonly askedAt: Date
}

/** Tries per cause: a third would be a loop. */
export const mostTries = 2
