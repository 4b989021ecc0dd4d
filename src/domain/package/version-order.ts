/** Version order: one question, three answers. */
import type { Order } from './order.ts'
import { apkVersionProblem, compareApk } from './version-apk.ts'
import { compareDeb, debVersionProblem } from './version-deb.ts'
import { compareRpm, rpmVersionProblem } from './version-rpm.ts'

/** The package formats whose versions we can order. */
export type PackageType = 'deb' | 'apk' | 'rpm'

type Versioning = {
  readonly compare: (a: string, b: string) => Order
  readonly problem: (text: string) => string | null
}

const versionings: Readonly<Record<PackageType, Versioning>> = {
  deb: { compare: compareDeb, problem: debVersionProblem },
  apk: { compare: compareApk, problem: apkVersionProblem },
  rpm: { compare: compareRpm, problem: rpmVersionProblem },
}

/**
 * How the package manager of that format orders two versions as it prints them. Never raises, and is an order (transitive, antisymmetric) over all
 * texts, valid or not: an invalid version stands where the rules take it as far as they can be followed. For deb and rpm that is everywhere, since
 * their rules place any character; for apk it is right below a version that ends where this one becomes invalid, as apk itself has it.
 */
export function compareVersions(type: PackageType, a: string, b: string): Order {
  return versionings[type].compare(a, b)
}

/** What is wrong with `text` as a version of that format, in words that go after the version (`has no digits`); null where nothing is. */
export function versionProblem(type: PackageType, text: string): string | null {
  return versionings[type].problem(text)
}
