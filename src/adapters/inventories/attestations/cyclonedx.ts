/** CycloneDX documents as JSON (https://cyclonedx.org/docs/latest/json/). */
import type { ListedPackage, ReadDocument } from './listed.ts'
import { componentSchema, cycloneDxSchema } from './schema.ts'

const unusable = (problem: string): ReadDocument => ({ kind: 'unusable', problem })

/** The document's components that have purls, nested ones too. Unusable: no CycloneDX, and one that says of itself that it is incomplete. */
export function readCycloneDx(predicate: unknown): ReadDocument {
  const parsed = cycloneDxSchema.safeParse(predicate)
  if (!parsed.success) return unusable('it is no CycloneDX document')
  const { metadata, components, compositions } = parsed.data
  if ((compositions ?? []).some(({ aggregate }) => aggregate.startsWith('incomplete'))) return unusable('it says of itself that it is incomplete')
  const packages: ListedPackage[] = []
  const operatingSystems: { name: string; version: string | null }[] = []
  const waiting: unknown[] = [metadata?.component, ...(components ?? [])].filter((component) => component !== undefined && component !== null).reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const component = componentSchema.safeParse(next)
    if (!component.success) return unusable('one of its components is none')
    const { type, name, version, purl, supplier, properties } = component.data
    if (type === 'operating-system') operatingSystems.push({ name, version: version ?? null })
    if (typeof purl === 'string') packages.push({ purl, supplier: supplier?.name ?? null, source: sourceIn(properties ?? []) })
    for (const nested of (component.data.components ?? []).toReversed()) waiting.push(nested)
  }
  return { kind: 'listed', listed: { from: 'cyclonedx', name: null, isScout: false, operatingSystems, cpes: [], packages } }
}

/** Trivy's properties. */
function sourceIn(properties: readonly { readonly name: string; readonly value?: string | null | undefined }[]): ListedPackage['source'] {
  const value = (name: string): string | null => properties.find((property) => property.name === `aquasecurity:trivy:${name}`)?.value ?? null
  const [name, version, release, epoch] = [value('SrcName'), value('SrcVersion'), value('SrcRelease'), value('SrcEpoch')]
  if (name === null || version === null) return null
  return { name, version: `${epoch === null || epoch === '0' ? '' : `${epoch}:`}${version}${release === null ? '' : `-${release}`}` }
}
