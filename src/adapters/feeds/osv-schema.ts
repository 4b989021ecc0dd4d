/** OSV records (https://ossf.github.io/osv-schema/), the fields that are used. */
import { z } from 'zod'

const id = z.string().min(1).max(256)
const severity = z.object({ type: z.string().max(64), score: z.string().max(512) })
const event = z.object({ introduced: z.string().max(512).optional(), fixed: z.string().max(512).optional(), last_affected: z.string().max(512).optional() })
const word = z.string().max(64).optional().catch(undefined)

/** Ubuntu's notices judge each of their CVEs apart. */
const cvesMap = z.object({ cves: z.array(z.object({ id, severity: z.array(severity).optional() })) }).optional()

/** What a record says about one package. Fields of a source's own are taken where they have the known form, and are no reason to refuse the rest. */
export const osvAffected = z.object({
  package: z.object({ ecosystem: z.string().min(1).max(512), name: id, purl: z.string().max(2_000).optional() }).optional(),
  ranges: z.array(z.object({ type: z.string().max(64), events: z.array(event).max(10_000) })).nullish(),
  versions: z.array(z.string().max(512)).nullish(),
  severity: z.array(severity).nullish().catch(null),
  ecosystem_specific: z.object({ urgency: word, severity: word, ubuntu_priority: word, availability: word }).nullish().catch(null),
  database_specific: z
    .object({ severity: word, cves_map: cvesMap.catch(undefined) })
    .nullish()
    .catch(null),
})

/** `affected` is read one by one: a package that cannot be read costs no other. */
export const osvRecord = z.object({
  id,
  modified: z.string().max(64),
  published: z.string().max(64).nullish(),
  withdrawn: z.string().max(64).nullish(),
  aliases: z.array(id).nullish(),
  upstream: z.array(id).nullish(),
  related: z.array(id).nullish(),
  summary: z.string().optional().catch(undefined),
  severity: z.array(severity).nullish().catch(null),
  affected: z.array(z.unknown()).nullish(),
  database_specific: z.object({ severity: word }).nullish().catch(null),
})

/** A record as it was read; what it says about packages is not. */
export type OsvRecord = z.infer<typeof osvRecord>
/** What it says about one package, as it was read. */
export type OsvAffected = z.infer<typeof osvAffected>
/** A vector or a word, by `type`. */
export type OsvSeverity = z.infer<typeof severity>
