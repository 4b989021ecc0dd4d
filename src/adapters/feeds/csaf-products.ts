/** Products of a CSAF document: which package of which platform an id in it means. */
import { branchSchema, type CsafProduct, type CsafTree } from './csaf-schema.ts'
import { evrText } from './record.ts'

/** A package as a component of a platform. */
export type CsafComponent = {
  readonly packageName: string
  readonly packageKind: 'source' | 'binary'
  /** `epoch:version-release`; null where every version is meant. */
  readonly evr: string | null
  readonly arch: string | null
  /** `name:stream`. */
  readonly module: string | null
  /** What it is a component of: a distribution's release, mostly. */
  readonly platform: CsafProduct
}

const maxDepth = 32

/** Answers for an id of `product_status` and the like: the package it means, or null where it is none (a container image, a product as a whole). */
export function componentsOf(tree: CsafTree): (productId: string) => CsafComponent | null {
  const products = new Map<string, CsafProduct>()
  const visit = (branches: readonly unknown[], depth: number): void => {
    for (const one of depth > maxDepth ? [] : branches) {
      const branch = branchSchema.safeParse(one)
      if (!branch.success) continue
      if (branch.data.product != null) products.set(branch.data.product.product_id, branch.data.product)
      visit(branch.data.branches ?? [], depth + 1)
    }
  }
  visit(tree.branches ?? [], 0)
  for (const product of tree.full_product_names ?? []) products.set(product.product_id, product)
  const relationships = new Map((tree.relationships ?? []).map((one) => [one.full_product_name.product_id, one]))

  return (productId) => {
    const own = relationships.get(productId)
    const product = own === undefined ? undefined : products.get(own.product_reference)
    if (own === undefined || product === undefined) return null
    let [above, module]: [string, string | null] = [own.relates_to_product_reference, null]
    // An rpm of a module is a component of "the module as a component of the platform".
    for (let depth = 0; depth < 8; depth += 1) {
      const relationship = relationships.get(above)
      if (relationship === undefined) break
      module = moduleOf(products.get(relationship.product_reference)) ?? module
      above = relationship.relates_to_product_reference
    }
    const platform = products.get(above)
    const named = platform === undefined ? null : packageOf(product)
    return platform === undefined || named === null ? null : { ...named, module: named.module ?? module, platform }
  }
}

type NamedPackage = Omit<CsafComponent, 'platform'>

/** By its purl where it has one, else by a name like `telnet-1:0.17-65.el7_6.src`, `libssh.src`, `nodejs:18/npm` or `kernel`. */
function packageOf(product: CsafProduct): NamedPackage | null {
  const purl = product.product_identification_helper?.purl
  return purl == null || purl === '' ? packageOfName(product.name) : packageOfPurl(purl)
}

function packageOfPurl(text: string): NamedPackage | null {
  const match = /^pkg:rpm\/(?:[^/@?#]+\/)?([^/@?#]+)(?:@([^?#]+))?(?:\?([^#]*))?/.exec(text)
  if (match?.[1] === undefined) return null
  const qualifiers = new URLSearchParams((match[3] ?? '').replaceAll('+', '%2B'))
  const arch = qualifiers.get('arch')
  const [version, release] = splitAtLast(match[2] === undefined ? '' : decoded(match[2]), '-')
  return {
    packageName: decoded(match[1]),
    packageKind: arch === 'src' || arch === 'source' ? 'source' : 'binary',
    evr: version === '' ? null : evrText(qualifiers.get('epoch'), version, release),
    arch,
    module: stream(qualifiers.get('rpmmod')),
  }
}

function packageOfName(name: string): NamedPackage | null {
  const nevra = /^(.+)-(?:(\d+):)?([^-:]+)-([^-]+)\.(src|noarch|[a-z][a-z0-9_]+)$/.exec(name)
  if (nevra !== null) {
    const [, packageName = '', epoch, version = '', release = '', arch = ''] = nevra
    return { packageName, packageKind: arch === 'src' ? 'source' : 'binary', evr: evrText(epoch, version, release), arch, module: null }
  }
  const plain = /^(?:([\w.-]+:[\w.-]+)\/)?([\w.+-]+)$/.exec(name)
  if (plain?.[2] === undefined) return null
  // Without a purl, Red Hat names components, which are source packages.
  return { packageName: plain[2].replace(/\.src$/, ''), packageKind: 'source', evr: null, arch: null, module: stream(plain[1]) }
}

/** Of `pkg:rpmmod/redhat/nodejs@14:8040…:522a0ee4` or a name like `nodejs:14:8040…:522a0ee4`. */
function moduleOf(product: CsafProduct | undefined): string | null {
  const purl = /^pkg:rpmmod\/(?:[^/@?#]+\/)?([^/@?#]+)@([^:?#]+)/.exec(product?.product_identification_helper?.purl ?? '')
  return purl === null ? stream(product?.name) : `${decoded(purl[1] ?? '')}:${decoded(purl[2] ?? '')}`
}

function stream(module: string | null | undefined): string | null {
  const [name, version] = (module ?? '').split(':')
  return name === undefined || version === undefined || name === '' ? null : `${name}:${version}`
}

function splitAtLast(value: string, separator: string): [string, string] {
  const at = value.lastIndexOf(separator)
  return at === -1 ? ['', ''] : [value.slice(0, at), value.slice(at + separator.length)]
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
