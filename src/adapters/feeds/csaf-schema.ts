/** CSAF 2.0 documents (https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html): the fields that matter here. */
import { z } from 'zod'

const text = z.string().max(4096)
const productIds = z.array(text).nullish()

/** `product_tree/…/product` (§3.1.3). */
const productSchema = z.object({
  name: text,
  product_id: text,
  product_identification_helper: z.object({ cpe: text.nullish(), purl: text.nullish() }).nullish(),
})

/** §3.2.2 */
export const productTreeSchema = z.object({
  branches: z.array(z.unknown()).nullish(),
  full_product_names: z.array(productSchema).nullish(),
  relationships: z.array(z.object({ full_product_name: productSchema, product_reference: text, relates_to_product_reference: text })).nullish(),
})

/** §3.1.2: one level; those below are read on their own, so that no document decides how deep we go. */
export const branchSchema = z.object({ branches: z.array(z.unknown()).nullish(), product: productSchema.nullish() })

/** §3.2.1 */
export const documentSchema = z.object({
  category: text.nullish(),
  aggregate_severity: z.object({ text }).nullish(),
  tracking: z.object({ id: text, status: text.nullish(), initial_release_date: text.nullish() }),
})

const cvss = z.object({ vectorString: text, baseScore: z.number().min(0).max(10) })

/** §3.2.3 */
export const vulnerabilitySchema = z.object({
  cve: text.nullish(),
  ids: z.array(z.object({ text })).nullish(),
  release_date: text.nullish(),
  product_status: z
    .object({
      fixed: productIds,
      first_fixed: productIds,
      recommended: productIds,
      known_affected: productIds,
      first_affected: productIds,
      last_affected: productIds,
      known_not_affected: productIds,
    })
    .nullish(),
  remediations: z.array(z.object({ category: text, details: z.string().nullish(), date: text.nullish(), product_ids: productIds })).nullish(),
  scores: z.array(z.object({ cvss_v3: cvss.nullish(), cvss_v4: cvss.nullish(), cvss_v2: cvss.nullish(), products: productIds })).nullish(),
  threats: z.array(z.object({ category: text, details: z.string(), product_ids: productIds })).nullish(),
})

/** A product: a package, a module, or a platform that they are components of. */
export type CsafProduct = z.infer<typeof productSchema>
/** All products, and which is a component of which. */
export type CsafTree = z.infer<typeof productTreeSchema>
/** What the document says about itself. */
export type CsafDocument = z.infer<typeof documentSchema>
/** A vulnerability with the state of every product. */
export type CsafVulnerability = z.infer<typeof vulnerabilitySchema>
