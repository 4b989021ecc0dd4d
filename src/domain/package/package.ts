/** Packages: what a distribution's package manager says is installed. */
import type { PackageType } from './version-order.ts'

export type { PackageType } from './version-order.ts'

export type Package = {
  readonly type: PackageType
  /** The binary package: `libssl3`. */
  readonly name: string
  /** As the package manager prints it, epoch included where there is one: `1:3.0.7-28.el9_4`. */
  readonly version: string
  /** The package manager's own word (`amd64`, `x86_64`, `noarch`, `all`); null where the source did not say. */
  readonly arch: string | null
  /** What advisories speak of: dpkg's `Source`, apk's origin, the name of the source rpm. The binary's own where the database names none. */
  readonly sourceName: string
  /** Version of the source; the binary's own where the database names no other. */
  readonly sourceVersion: string
  /** `module:stream` of a modular rpm (`nodejs:18`), else null. */
  readonly module: string | null
  /** Who says that he built it: rpm's Vendor, dpkg's Origin, apk's maintainer is not one. Null where the database does not say. */
  readonly vendor: string | null
  /** https://github.com/package-url/purl-spec, with `arch`, `distro`, `upstream` and `epoch` qualifiers where they are known. */
  readonly purl: string
}
