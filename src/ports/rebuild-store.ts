/** Rebuild rows: written before a dispatch is sent, followed until the run ends. */
import type { Claim } from '../domain/due-work.ts'
import type { Rebuild } from '../domain/rebuild.ts'

export interface RebuildStore {
  /**
   * Adds the row and its due work (`rebuild`, its id) unless the repo already has one for this cause; gives the one that stands.
   * Null, with nothing added, when the fence of `claim`, under which it was decided, is not the newest. Faults: `missing` when the repo was forgotten.
   */
  ask(claim: Claim, rebuild: Rebuild): Promise<Rebuild | null>
  read(id: string): Promise<Rebuild | null>
  byRun(repoId: number, runId: number): Promise<Rebuild | null>
  /** Newest first. */
  ofRepo(repoId: number, limit: number): Promise<readonly Rebuild[]>
  /** Stores progress. False when the claim's fence is not the newest, or when `runId` already belongs to another rebuild. */
  record(claim: Claim, change: Partial<Pick<Rebuild, 'state' | 'tries' | 'sentAt' | 'runId' | 'runUrl' | 'conclusion'>>): Promise<boolean>
}
