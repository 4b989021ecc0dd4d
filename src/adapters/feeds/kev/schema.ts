/** CISA's catalog of known exploited vulnerabilities (https://www.cisa.gov/known-exploited-vulnerabilities-catalog): one of its entries. */
import { z } from 'zod'

/** A CVE and the day it was added. */
export const kevEntry = z.object({ cveID: z.string().regex(/^CVE-\d{4}-\d{4,19}$/), dateAdded: z.iso.date() })
