/** Which packages changed from one inventory to another. */
import type { Difference, PackageChange } from './difference.ts'
import type { Package } from './package/package.ts'
import { compareVersions } from './package/version-order.ts'

/**
 * Packages added, removed, upgraded and downgraded, in the order of type, name and architecture. The same package is one of the same type, name and architecture; where
 * either side does not tell the architecture of a name, of the same type and name. Of several installed versions (kernels) those that both sides have are
 * left out and the newest of the others are paired. Versions that the package manager holds for equal are no change. rpm's `gpg-pubkey` entries are keys: their
 * numbers have no order, so they come and go.
 */
export function comparePackages(a: readonly Package[], b: readonly Package[]): Difference['packages'] {
  const untold = new Set([...a, ...b].flatMap((one) => (one.arch === null ? [nameKey(one)] : [])))
  const keyOf = (one: Package): string => (untold.has(nameKey(one)) ? nameKey(one) : `${nameKey(one)}\n${one.arch}`)
  const before = grouped(a, keyOf)
  const after = grouped(b, keyOf)
  const pairs = [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => pairsOf(before.get(key) ?? [], after.get(key) ?? []))
  const moved = (order: -1 | 1): PackageChange[] =>
    pairs.flatMap(({ from, to }) => (from !== null && to !== null && compareVersions(to.type, from.version, to.version) === order ? [changeOf(from, to)] : []))
  return {
    added: pairs.flatMap(({ from, to }) => (from === null ? [changeOf(from, to)] : [])),
    removed: pairs.flatMap(({ from, to }) => (to === null ? [changeOf(from, to)] : [])),
    upgraded: moved(-1),
    downgraded: moved(1),
  }
}

/** Packages whose builder is another afterwards, as their database tells it. */
export function changedVendors(a: readonly Package[], b: readonly Package[]): readonly { readonly name: string; readonly from: string; readonly to: string }[] {
  const before = new Map(a.flatMap((one) => (one.vendor === null ? [] : [[nameKey(one), one.vendor]])))
  return b.flatMap((one) => {
    const from = before.get(nameKey(one))
    return from === undefined || one.vendor === null || from === one.vendor ? [] : [{ name: one.name, from, to: one.vendor }]
  })
}

type Pair = { readonly from: Package; readonly to: Package } | { readonly from: null; readonly to: Package } | { readonly from: Package; readonly to: null }

function grouped(packages: readonly Package[], keyOf: (one: Package) => string): ReadonlyMap<string, readonly Package[]> {
  const groups = new Map<string, Package[]>()
  for (const one of packages) {
    const known = groups.get(keyOf(one))
    if (known === undefined) groups.set(keyOf(one), [one])
    else known.push(one)
  }
  return groups
}

function pairsOf(a: readonly Package[], b: readonly Package[]): readonly Pair[] {
  const [gone, come] = withoutCommon(newestFirst(a), newestFirst(b))
  const paired = [...gone, ...come].some(({ name }) => name === 'gpg-pubkey') ? 0 : Math.min(gone.length, come.length)
  return [
    ...gone.slice(0, paired).flatMap((from, at): Pair[] => {
      const to = come[at]
      return to === undefined ? [] : [{ from, to }]
    }),
    ...gone.slice(paired).map((from): Pair => ({ from, to: null })),
    ...come.slice(paired).map((to): Pair => ({ from: null, to })),
  ]
}

function newestFirst(packages: readonly Package[]): readonly Package[] {
  return packages.length < 2 ? packages : packages.toSorted((one, other) => compareVersions(one.type, other.version, one.version))
}

/** What only one of two sorted lists has, in one walk along both. */
function withoutCommon(a: readonly Package[], b: readonly Package[]): readonly [gone: readonly Package[], come: readonly Package[]] {
  const gone: Package[] = []
  const come: Package[] = []
  let at = 0
  for (const one of a) {
    let order: number = 1
    for (let other = b[at]; other !== undefined; other = b[at]) {
      order = compareVersions(one.type, one.version, other.version)
      if (order >= 0) break
      come.push(other)
      at += 1
    }
    if (at < b.length && order === 0) at += 1
    else gone.push(one)
  }
  return [gone, [...come, ...b.slice(at)]]
}

function changeOf(from: Package | null, to: Package): PackageChange
function changeOf(from: Package, to: Package | null): PackageChange
function changeOf(from: Package | null, to: Package | null): PackageChange {
  const of = to ?? from
  if (of === null) throw new RangeError('a change needs a package')
  return { type: of.type, name: of.name, arch: of.arch ?? from?.arch ?? null, sourceName: of.sourceName, from: from?.version ?? null, to: to?.version ?? null }
}

function nameKey({ type, name }: Package): string {
  return `${type}\n${name}`
}
