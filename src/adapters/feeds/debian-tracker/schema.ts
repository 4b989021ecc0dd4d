/** The Debian security tracker's JSON export: what it says about one vulnerability of one source package (https://security-tracker.debian.org/tracker/data/json). */
import { z } from 'zod'

/** `fixed_version` is `0` where no version was ever affected. `nodsa_reason` is empty where the team gave none. */
const release = z.object({
  status: z.enum(['open', 'resolved', 'undetermined']),
  fixed_version: z.string().min(1).max(256).optional(),
  urgency: z.string().max(64).optional(),
  nodsa: z.string().optional(),
  nodsa_reason: z.string().max(64).nullish(),
})

/** Keyed by codename; a release that we do not understand must not cost the others. */
export const trackerEntry = z.object({ releases: z.record(z.string(), z.unknown()) })

export const trackerRelease = release

export type TrackerRelease = z.infer<typeof release>
