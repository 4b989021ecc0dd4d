/** CSAF 2.0 documents as advisories: VEX, one document a CVE, and errata, one document with many. */
import type { Advisory, FeedItem, FixKind } from '../../domain/advisory/advisory.ts'
import { Fault } from '../../domain/fault.ts'
import { type CsafComponent, componentsOf } from './csaf-products.ts'
import { type CsafDocument, type CsafProduct, type CsafVulnerability, documentSchema, productTreeSchema, vulnerabilitySchema } from './csaf-schema.ts'
import { jsonMembers } from './json-members.ts'
import type { ProductRelease } from './oval-claims.ts'
import { advisory, before, utcTime } from './record.ts'

/** What differs from vendor to vendor. */
export type CsafDialect = {
  readonly feed: string
  /** The releases that a platform is; empty where no image is made of it. */
  readonly releases: (platform: CsafProduct) => readonly ProductRelease[]
}

/** Red Hat's largest, a kernel with all its products, is some 60 MB. */
const limits = { maxMemberBytes: 160_000_000, maxDepth: 64 }

/**
 * What a document says; `where` names it. One that is deleted is `gone`. Raises `invalid` when it is not JSON, cut off, or not CSAF; a vulnerability in it
 * that has not the standard's form is a `problem`.
 */
export async function* csafItems(bytes: AsyncIterable<Uint8Array>, where: string, dialect: CsafDialect): AsyncIterable<FeedItem> {
  let document: CsafDocument | undefined
  let component: (productId: string) => CsafComponent | null = () => null
  const vulnerabilities: unknown[] = []
  for await (const { path, value } of jsonMembers(bytes, where, ([first, second]) => first === 'vulnerabilities' && second === undefined, limits)) {
    if (path[0] === 'document') document = documentSchema.safeParse(value).data
    else if (path[0] === 'vulnerabilities') vulnerabilities.push(value)
    else if (path[0] === 'product_tree') {
      const tree = productTreeSchema.safeParse(value)
      if (!tree.success) throw new Fault('invalid', `${where}: the product tree is not of CSAF's form: ${firstIssue(tree.error)}`)
      component = componentsOf(tree.data)
    }
  }
  if (document === undefined) throw new Fault('invalid', `${where} is not a CSAF document: no "document" with a "tracking" id`)
  if (document.tracking.status === 'deleted') {
    yield { kind: 'gone', record: document.tracking.id }
    return
  }
  for (const [at, one] of vulnerabilities.entries()) {
    const vulnerability = vulnerabilitySchema.safeParse(one)
    if (vulnerability.success) yield* advisoriesOf(document, vulnerability.data, component, dialect)
    else yield { kind: 'problem', where: `${where}, vulnerability ${at + 1}`, message: firstIssue(vulnerability.error) }
  }
}

function firstIssue(error: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] }): string {
  const [issue] = error.issues
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`
}

type Told = { readonly status: Advisory['status']; readonly evr: string | null; readonly fix: FixKind }

function advisoriesOf(
  document: CsafDocument,
  vulnerability: CsafVulnerability,
  component: (productId: string) => CsafComponent | null,
  dialect: CsafDialect,
): readonly FeedItem[] {
  const { product_status: statuses } = vulnerability
  const id = vulnerability.cve ?? ''
  const remedies = byProduct(vulnerability.remediations ?? [], ({ product_ids }) => product_ids)
  const impacts = byProduct(
    (vulnerability.threats ?? []).filter(({ category }) => category === 'impact'),
    ({ product_ids }) => product_ids,
  )
  const scores = byProduct(vulnerability.scores ?? [], ({ products }) => products)
  const grouped = new Map<string, Advisory>()

  const take = (productId: string, statement: (part: CsafComponent, isPaid: boolean) => Told | null): void => {
    const part = component(productId)
    if (part === null) return
    for (const { release, isPaid } of dialect.releases(part.platform)) {
      const told = statement(part, isPaid)
      if (told === null) continue
      const { cvss_v3, cvss_v4, cvss_v2 } = scores(productId)[0] ?? {}
      const cvss = cvss_v3 ?? cvss_v4 ?? cvss_v2 ?? null
      const fixed = remedies(productId).find(({ category }) => category === 'vendor_fix')
      const item = advisory({
        feed: dialect.feed,
        record: document.tracking.id,
        vulnerabilities: [id === '' ? document.tracking.id : id],
        release,
        packageName: part.packageName,
        packageKind: part.packageKind,
        status: told.status,
        ranges: told.evr === null ? [] : before(told.evr),
        fix: told.fix,
        module: part.module,
        vendorSeverity: impacts(productId)[0]?.details ?? document.aggregate_severity?.text ?? null,
        cvss: cvss === null ? null : { vector: cvss.vectorString, score: cvss.baseScore },
        published: (told.evr === null ? null : utcTime(fixed?.date)) ?? utcTime(vulnerability.release_date) ?? utcTime(document.tracking.initial_release_date),
      })
      if (item.kind === 'advisory') group(grouped, item.advisory, part.arch)
    }
  }

  const fixes = [...(statuses?.fixed ?? []), ...(statuses?.first_fixed ?? []), ...(statuses?.recommended ?? [])]
  for (const one of fixes) {
    take(one, ({ evr }, isPaid) => (evr === null ? null : { status: 'affected', evr, fix: isPaid ? 'subscription-only' : 'available' }))
  }
  for (const one of [...(statuses?.known_affected ?? []), ...(statuses?.first_affected ?? []), ...(statuses?.last_affected ?? [])]) {
    take(one, () => ({ status: 'affected', evr: null, fix: fixOf(remedies(one)) }))
  }
  for (const one of statuses?.known_not_affected ?? []) take(one, () => ({ status: 'not-affected', evr: null, fix: 'available' }))
  return withoutSourcesOf([...grouped.values()]).map((one) => ({ kind: 'advisory', advisory: one }))
}

/** Those that name a product; those that name none hold for all. */
function byProduct<One>(all: readonly One[], idsOf: (one: One) => readonly string[] | null | undefined): (productId: string) => readonly One[] {
  const general = all.filter((one) => (idsOf(one)?.length ?? 0) === 0)
  const own = new Map<string, One[]>()
  for (const one of all) {
    for (const id of idsOf(one) ?? []) {
      const met = own.get(id)
      if (met === undefined) own.set(id, [one])
      else met.push(one)
    }
  }
  return (productId) => own.get(productId) ?? general
}

/** Red Hat: "Will not fix", "Out of support scope", "Fix deferred", "Affected". */
function fixOf(remedies: readonly { readonly category: string; readonly details?: string | null | undefined }[]): FixKind {
  const planned = remedies.find(({ category }) => category === 'no_fix_planned')
  if (planned !== undefined) return /out of support/i.test(planned.details ?? '') ? 'end-of-life' : 'will-not-fix'
  return remedies.some(({ category, details }) => category === 'none_available' && /deferred/i.test(details ?? '')) ? 'deferred' : 'none-yet'
}

/** The same for several architectures as one. Packages that are no build have none; those that every version is meant of hold for all. */
function group(grouped: Map<string, Advisory>, one: Advisory, arch: string | null): void {
  const key = JSON.stringify(one)
  const own = arch === null || one.packageKind === 'source' || one.ranges.length === 0 ? [] : [arch]
  grouped.set(key, { ...one, architectures: [...new Set([...(grouped.get(key)?.architectures ?? []), ...own])] })
}

/**
 * A source rpm that is listed beside its own binaries says nothing more, and names of source rpms carry no epoch: the binaries are what can be compared.
 * Sources that come alone stay.
 */
function withoutSourcesOf(all: readonly Advisory[]): readonly Advisory[] {
  const key = (one: Advisory): string => `${one.release} ${one.module} ${one.ranges[0]?.fixed}`
  const built = new Set(all.flatMap((one) => (one.packageKind === 'binary' && one.ranges.length > 0 ? [key(one)] : [])))
  return all.filter((one) => one.packageKind === 'binary' || one.ranges.length === 0 || !built.has(key(one)))
}
