/** Spreading: many looks that become due at once for one cause, so that what people push meanwhile does not stand behind all of them. */
import { discoverWork, type Work } from './due-work.ts'

/** Repos that one batch looks into. */
const batch = 25
/** A batch takes less than this, ms. */
const batchMs = 5_000

/** The first 25 now, and 25 more every five seconds. Asked again for those that are left, it makes none of them due later than it was. */
export function spreadLooks(repoIds: readonly number[], installationId: number, asOf: Date): readonly Work[] {
  return repoIds.map((repoId, index) => discoverWork(repoId, installationId, new Date(asOf.getTime() + Math.floor(index / batch) * batchMs)))
}
