/** GitHub's limits on content writes, shared by all processes (https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits). */

export interface WriteBudget {
  /** Takes `cost` content writes for the installation, or says when to ask again: at most 80 a minute and 500 an hour, and none before a pause ends. */
  spend(installationId: number, cost: number, asOf: Date): Promise<{ readonly granted: true } | { readonly granted: false; readonly retryAt: Date }>
  /** GitHub asked us to wait: nothing is granted to the installation before `until`. */
  pause(installationId: number, until: Date): Promise<void>
  /** The end of the pause that is on, or null. Reads honour it too. */
  pausedUntil(installationId: number, asOf: Date): Promise<Date | null>
}
