/** FIRST's EPSS scores (https://www.first.org/epss/data_stats): one row of the CSV. */
import { z } from 'zod'

/** A CVE and its score, which is text in the file. */
export const epssRow = z.object({
  cve: z.string().regex(/^CVE-\d{4}-\d{4,19}$/),
  epss: z
    .string()
    .regex(/^(0|1|0?\.\d{1,20}|[01]\.\d{1,20}|\d(\.\d{1,20})?[eE]-\d{1,3})$/)
    .transform(Number)
    .refine((score) => score >= 0 && score <= 1),
})
