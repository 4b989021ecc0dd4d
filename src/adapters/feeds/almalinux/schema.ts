/** The two forms of AlmaLinux' errata: items of `errata.json`, and of `data` in `errata.full.json`. */
import { z } from 'zod'

const text = z.string().max(4096)
const packages = z.array(z.object({ name: text, epoch: text.nullish(), version: text, release: text, arch: text, module: text.nullish() }))
const references = z.array(z.object({ id: text.nullish(), type: text.nullish(), href: text.nullish() })).nullish()

/** Times are ms since 1970, in MongoDB's extended JSON. */
export const erratumSchema = z.object({
  updateinfo_id: text,
  type: text,
  severity: text.nullish(),
  status: text.nullish(),
  issued_date: z.object({ $date: z.number() }).nullish(),
  references,
  pkglist: z.object({ name: text, packages: packages.nullish(), module: z.object({ name: text, stream: text }).nullish() }),
})

/** Times are seconds since 1970; `module` of a package is `mariadb:10.3:8050020220427075058:c5368500:x86_64`. */
export const fullErratumSchema = z.object({
  id: text,
  type: text,
  severity: text.nullish(),
  issued_date: z.number().nullish(),
  references,
  packages,
})
