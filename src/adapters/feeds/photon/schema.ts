/** The form of Photon's files, `cve_data_photon5.0.json`. */
import { z } from 'zod'

/** One item of a release's file. `NA`: no version. Older files have no `status`. */
export const photonEntrySchema = z.object({
  cve_id: z.string().min(1).max(100),
  pkg: z.string().min(1).max(300),
  cve_score: z.number().min(0).max(10).nullish(),
  aff_ver: z.string().max(1000).nullish(),
  res_ver: z.string().max(300).nullish(),
  status: z.string().max(100).nullish(),
})
