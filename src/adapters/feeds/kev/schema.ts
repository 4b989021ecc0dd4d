/** CISA's catalog of known exploited vulnerabilities (https://www.cisa.gov/known-exploited-vulnerabilities-catalog): one of its entries. */
import { z } from 'zod'

export const kevEntry = z.object({ cveID: z.string().regex(/^CVE-\d{4}-\d{4,19}$/), dateAdded: z.iso.date() })
