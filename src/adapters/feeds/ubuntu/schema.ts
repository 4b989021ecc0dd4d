/** The forms of Ubuntu's OpenVEX documents, USN database and CVE API: the fields that matter here. */
import { z } from 'zod'

const text = z.string().max(100_000)

/** https://github.com/openvex/spec */
export const openVexSchema = z.object({
  statements: z.array(
    z.object({
      vulnerability: z.object({ name: text, aliases: z.array(text).nullish() }),
      timestamp: text.nullish(),
      status: z.enum(['affected', 'fixed', 'not_affected', 'under_investigation']),
      action_statement: text.nullish(),
      products: z.array(z.object({ '@id': text })),
    }),
  ),
})

/** One member of `database-all.json`. */
export const noticeSchema = z.object({
  id: text,
  timestamp: z.number().nullish(),
  cves: z.array(text).nullish(),
  releases: z.record(
    text,
    z.object({
      sources: z.record(text, z.object({ version: text })).nullish(),
      binaries: z.record(text, z.object({ pocket: text.nullish() })).nullish(),
    }),
  ),
})

/** One of `cves` at https://ubuntu.com/security/cves.json. */
export const cveSchema = z.object({
  id: text,
  published: text.nullish(),
  priority: text.nullish(),
  impact: z
    .object({ baseMetricV3: z.object({ cvssV3: z.object({ vectorString: text, baseScore: z.number().min(0).max(10) }).nullish() }).nullish() })
    .nullish(),
  packages: z
    .array(
      z.object({
        name: text,
        statuses: z.array(z.object({ release_codename: text, status: text, pocket: text.nullish(), description: text.nullish() })),
      }),
    )
    .nullish(),
})
