/** The Debian security tracker's JSON export: what it says about one vulnerability of one source package (https://security-tracker.debian.org/tracker/data/json). */
import { z } from 'zod'

/** What an entry says about one release: `fixed_version` is `0` where no version was ever affected, `nodsa_reason` is empty where the team gave none. */
export const trackerRelease = z.object({
  status: z.enum(['open', 'resolved', 'undetermined']),
  fixed_version: z.string().min(1).max(256).optional(),
  urgency: z.string().max(64).optional(),
  nodsa: z.string().optional(),
  nodsa_reason: z.string().max(64).nullish(),
})

/** An entry: releases by codename, or an empty list. They are read one by one, since one that we do not understand must not cost the others. */
export const trackerEntry = z.object({ releases: z.union([z.record(z.string(), z.unknown()), z.tuple([]).transform((): Record<string, unknown> => ({}))]) })

/** As it was read. */
export type TrackerRelease = z.infer<typeof trackerRelease>
