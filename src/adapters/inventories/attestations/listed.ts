/** What SPDX and CycloneDX documents say in common: the packages they list, and of which operating system. */

/** A package with its purl, and what the document says of it besides. */
export type ListedPackage = {
  readonly purl: string
  /** The organisation that supplies it. */
  readonly supplier: string | null
  /** The source that it was built from, where the document has it outside of the purl. */
  readonly source: { readonly name: string; readonly version: string } | null
}

/** An SBOM document, its packages in its own order. Hostile text. */
export type Listed = {
  readonly from: 'spdx' | 'cyclonedx'
  /** BuildKit names it after what was scanned: `sbom`, and `sbom-<stage>` for build stages. */
  readonly name: string | null
  /** Whether docker-scout made it, whose statements name no subject and whose packages are sources. */
  readonly isScout: boolean
  readonly operatingSystems: readonly { readonly name: string; readonly version: string | null }[]
  /** CPE names, which is where Red Hat says what its packages are of. */
  readonly cpes: readonly string[]
  readonly packages: readonly ListedPackage[]
}

/** A document, or why it cannot be used. */
export type ReadDocument = { readonly kind: 'listed'; readonly listed: Listed } | { readonly kind: 'unusable'; readonly problem: string }
