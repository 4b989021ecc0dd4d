/** SPDX 2 documents as JSON (https://spdx.github.io/spdx-spec/v2.3/). */
import type { ListedPackage, ReadDocument } from './listed.ts'
import { spdxSchema } from './schema.ts'

const containing = new Set(['CONTAINS', 'DESCRIBES'])

/** The document's packages that have purls. Unusable: no SPDX 2, and one that was trimmed, so that it contains elements which are not there. */
export function readSpdx(predicate: unknown): ReadDocument {
  const parsed = spdxSchema.safeParse(predicate)
  if (!parsed.success) return { kind: 'unusable', problem: 'it is no SPDX 2 document' }
  const { name, creationInfo, packages, files, relationships } = parsed.data
  const elements = new Set(['SPDXRef-DOCUMENT', ...[...(packages ?? []), ...(files ?? [])].flatMap(({ SPDXID }) => SPDXID ?? [])])
  const missing = (relationships ?? []).find(
    ({ relationshipType, relatedSpdxElement: id }) => containing.has(relationshipType) && id.startsWith('SPDXRef-') && !elements.has(id),
  )
  if (missing !== undefined) return { kind: 'unusable', problem: 'it was trimmed: it contains elements that it does not list' }
  const references = (packages ?? []).flatMap(({ externalRefs }) => externalRefs ?? [])
  return {
    kind: 'listed',
    listed: {
      from: 'spdx',
      name: name ?? null,
      isScout: (creationInfo?.creators ?? []).some((creator) => creator.startsWith('Tool: docker-scout')),
      operatingSystems: (packages ?? [])
        .filter(({ primaryPackagePurpose }) => primaryPackagePurpose === 'OPERATING-SYSTEM' || primaryPackagePurpose === 'OPERATING_SYSTEM')
        .map((system) => ({ name: system.name, version: system.versionInfo ?? null })),
      cpes: references.filter(({ referenceType }) => /^cpe2[23]Type$/.test(referenceType)).map(({ referenceLocator }) => referenceLocator),
      packages: (packages ?? []).flatMap((found): ListedPackage[] => {
        const purl = (found.externalRefs ?? []).find(({ referenceType }) => referenceType === 'purl')?.referenceLocator
        if (purl === undefined) return []
        return [{ purl, supplier: /^Organization: (.+)$/.exec(found.supplier ?? '')?.[1] ?? null, source: sourceIn(found.sourceInfo ?? '') }]
      }),
    },
  }
}

/** Trivy writes `built package from: openssl 3.0.7-28.el9_4`. */
function sourceIn(sourceInfo: string): ListedPackage['source'] {
  const [, name, version] = /^built package from: (\S+) (\S+)$/.exec(sourceInfo) ?? []
  return name === undefined || version === undefined ? null : { name, version }
}
