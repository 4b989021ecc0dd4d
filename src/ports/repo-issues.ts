/** Issues that Underpin keeps in a repo: one per topic, edited rather than multiplied. */
import type { Repo } from '../domain/repo/repo.ts'

/** Faults: `transient`, `rate-limited`, `unauthorized`, `missing` (repo gone or issues switched off). */
export interface RepoIssues {
  /** Makes the open issue of `topic` (an id in a marker comment of its body) say this; opens it when there is none. Gives its number. */
  say(repo: Repo, topic: string, issue: { readonly title: string; readonly body: string }): Promise<number>
  /** Closes the open issue of `topic`, if there is one. */
  settle(repo: Repo, topic: string): Promise<void>
}
