/** The name under which wake-ups of one kind and group are one: BullMQ wants no `:` and no bare number, PostgreSQL no NUL, so it is a hash. */
import type { Job } from '../../ports/job-queue.ts'
import { sha256Hex } from '../../lib/hash.ts'

/** `<kind>-<32 hex>`; equal exactly when kind and group are equal. */
export function wakeId(job: Job): string {
  return `${job.kind}-${sha256Hex(`${job.kind}\0${job.group}`).slice(0, 32)}`
}
