/** Who has installed the app, and which repos they gave it. */
import type { Repo } from '../domain/repo/repo.ts'

/** The app on one account. A suspended one answers nothing. */
export type Installation = { readonly id: number; readonly account: string; readonly suspended: boolean }

/** Faults: `transient`, `rate-limited`, `unauthorized` (the app's key is wrong, the installation is suspended), `missing` (uninstalled). */
export interface Installations {
  /** All installations of the app. */
  list(): Promise<readonly Installation[]>
  /** All repos of one installation, 100 a request. */
  repos(installationId: number): Promise<readonly Repo[]>
}
