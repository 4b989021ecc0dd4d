/** The form of a CVE in the Security Data API (https://docs.redhat.com/en/documentation/red_hat_security_data_api). */
import { z } from 'zod'

const text = z.string().max(4096)

/** What has been fixed (`affected_release`), and the state of the rest (`package_state`). */
export const cveSchema = z.object({
  name: text,
  threat_severity: text.nullish(),
  public_date: text.nullish(),
  cvss3: z.object({ cvss3_scoring_vector: text.nullish(), cvss3_base_score: text.nullish() }).nullish(),
  affected_release: z.array(z.object({ cpe: text, package: text.nullish(), release_date: text.nullish(), advisory: text.nullish() })).nullish(),
  package_state: z.array(z.object({ cpe: text, package_name: text, fix_state: text })).nullish(),
})

/** A CVE as the API gives it. */
export type RedHatCve = z.infer<typeof cveSchema>
