/** What a tree of OVAL criteria comes to: each way in which it can be true, as one claim about one package. */
import type { ReleaseKey } from '../../domain/package/distro.ts'
import type { OvalCriteria, OvalDocument } from './oval-document.ts'
import { type OvalCondition, type OvalQuestion, questionOf } from './oval-test.ts'

/** A release that a product name stands for. `isPaid`: its fixes are published to paying customers (SUSE LTSS). */
export type ProductRelease = { readonly release: ReleaseKey; readonly isPaid: boolean }

/** One way for a definition to be true; null: any, or not told. */
export type OvalClaim = {
  readonly release: ReleaseKey | null
  readonly isPaid: boolean
  readonly packageName: string | null
  readonly architectures: readonly string[] | null
  readonly module: string | null
  readonly isKsplice: boolean
  /** All of them at once. */
  readonly conditions: readonly OvalCondition[]
}

/** The claims of one definition, and what in it could not be read. */
export type OvalClaims = { readonly claims: readonly OvalClaim[]; readonly unread: readonly string[] }

const always: OvalClaim = { release: null, isPaid: false, packageName: null, architectures: null, module: null, isKsplice: false, conditions: [] }

/** Ways in which one definition may be true; the largest kernel errata come to some 5,000. */
const maxClaims = 100_000
const maxDepth = 32

/** Unfolds `criteria`. `releases`: what a product of the vendor stands for; empty where no image is made of it. Claims without a package are left out. */
export function claimsOf(document: OvalDocument, criteria: OvalCriteria, releases: (product: string) => readonly ProductRelease[]): OvalClaims {
  const unread = new Set<string>()
  const questions = new Map<string, OvalQuestion>()
  const none: readonly OvalClaim[] = []

  const refused = (why: string): readonly OvalClaim[] => {
    unread.add(why)
    return none
  }

  const visit = (node: OvalCriteria, depth: number): readonly OvalClaim[] => {
    if (depth > maxDepth) return refused(`criteria more than ${maxDepth} deep`)
    if (node.kind === 'unread') return refused(node.why)
    if (node.kind === 'any') return distinctProducts(node.of.flatMap((child) => visit(child, depth + 1)))
    if (node.kind === 'all') {
      let met: readonly OvalClaim[] = [always]
      // Products first: a definition about products of no interest is left before its packages are unfolded.
      for (const child of node.of) {
        if (met.length === 0) return none
        const more = visit(child, depth + 1)
        if (met.length * more.length > maxClaims) return refused(`more than ${maxClaims} combinations`)
        met = met.flatMap((one) => more.flatMap((other) => both(one, other) ?? []))
      }
      return met
    }
    const asked = questions.get(node.test) ?? questionOf(document, node.test, node.comment)
    questions.set(node.test, asked)
    switch (asked.kind) {
      case 'granted':
        return [always]
      case 'refused':
        return none
      case 'unread':
        return refused(asked.why)
      case 'product':
        return releases(asked.name).map((product) => ({ ...always, ...product }))
      case 'architectures':
        return [{ ...always, architectures: asked.architectures }]
      case 'module':
        return [{ ...always, module: asked.module }]
      case 'ksplice':
        return [{ ...always, isKsplice: true }]
      case 'packages':
        return asked.names.map((packageName) => ({ ...always, packageName, architectures: asked.architectures, conditions: [asked.condition] }))
    }
  }

  const claims = visit(criteria, 0).filter(({ packageName }) => packageName !== null)
  return { claims: acrossArchitectures(claims), unread: [...unread] }
}

/** Both at once; null where they exclude each other, or speak of two packages, which no image with only one of them can tell. */
function both(one: OvalClaim, other: OvalClaim): OvalClaim | null {
  if (differ(one.release, other.release) || differ(one.packageName, other.packageName) || differ(one.module, other.module)) return null
  const architectures =
    one.architectures === null || other.architectures === null
      ? (one.architectures ?? other.architectures)
      : one.architectures.filter((arch) => other.architectures?.includes(arch))
  if (architectures?.length === 0) return null
  return {
    release: one.release ?? other.release,
    isPaid: one.isPaid || other.isPaid,
    packageName: one.packageName ?? other.packageName,
    architectures,
    module: one.module ?? other.module,
    isKsplice: one.isKsplice || other.isKsplice,
    conditions: [...one.conditions, ...other.conditions],
  }
}

function differ(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other
}

/** SUSE lists thirty modules that are one release: only one of them is to be multiplied by the packages. */
function distinctProducts(claims: readonly OvalClaim[]): readonly OvalClaim[] {
  if (claims.length < 2 || claims.some(({ packageName }) => packageName !== null)) return claims
  return [...new Map(claims.map((claim) => [JSON.stringify(claim), claim])).values()]
}

/** Claims that differ in architectures only, as one. */
function acrossArchitectures(claims: readonly OvalClaim[]): readonly OvalClaim[] {
  const groups = new Map<string, OvalClaim>()
  for (const claim of claims) {
    const { release, isPaid, packageName, module, isKsplice, conditions } = claim
    const asked = conditions.map((one) => ('evr' in one ? `${one.operation} ${one.evr}` : one.operation)).join('\n')
    const key = `${packageName}\t${release}\t${isPaid}\t${module}\t${isKsplice}\t${asked}`
    const met = groups.get(key)
    const architectures =
      met === undefined
        ? claim.architectures
        : met.architectures === null || claim.architectures === null
          ? null
          : [...new Set([...met.architectures, ...claim.architectures])]
    groups.set(key, { ...claim, architectures })
  }
  return [...groups.values()]
}
