/** The form of Photon's files: `photon_versions.json` and `cve_data_photon5.0.json`. */
import { z } from 'zod'

/** The releases that there is a file of. */
export const photonVersionsSchema = z.object({ branches: z.array(z.string().regex(/^\d{1,2}\.\d{1,2}$/)).max(50) })

/** One item of a release's file. `NA`: no version. Older files have no `status`. */
export const photonEntrySchema = z.object({
  cve_id: z.string().min(1).max(100),
  pkg: z.string().min(1).max(300),
  cve_score: z.number().min(0).max(10).nullish(),
  aff_ver: z.string().max(1000).nullish(),
  res_ver: z.string().max(300).nullish(),
  status: z.string().max(100).nullish(),
})
