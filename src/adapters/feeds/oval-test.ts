/** What a single OVAL test asks of a system. */
import type { OvalDocument, OvalTest } from './oval-document.ts'
import { childOf, type XmlElement } from './xml.ts'

/** A condition on the version of a package. `installed`: any version. `never`: the vendor's way to say that no version is affected. */
export type OvalCondition =
  | { readonly operation: 'less than' | 'less than or equal' | 'greater than' | 'greater than or equal' | 'equals'; readonly evr: string }
  | { readonly operation: 'installed' | 'never' }

export type OvalQuestion =
  /** `Red Hat Enterprise Linux 9`. */
  | { readonly kind: 'product'; readonly name: string }
  | { readonly kind: 'architectures'; readonly architectures: readonly string[] }
  /** `nodejs:18`. */
  | { readonly kind: 'module'; readonly module: string }
  /** Oracle: only builds for its ksplice client. */
  | { readonly kind: 'ksplice' }
  /** One of these packages; `architectures` null: any. */
  | { readonly kind: 'packages'; readonly names: readonly string[]; readonly architectures: readonly string[] | null; readonly condition: OvalCondition }
  /** True on every system with genuine packages: signatures, and what only a running kernel can answer. */
  | { readonly kind: 'granted' }
  /** Never true on a system of the vendor: "Red Hat Enterprise Linux must be installed". */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unread'; readonly why: string }

const operations = new Set(['less than', 'less than or equal', 'greater than', 'greater than or equal', 'equals'])

/**
 * What the test `id` asks; `comment` is that of the criterion which refers to it. Where the file lacks the test or a part of it, the comments tell, which the
 * vendors generate from the same: a cut file loses nothing that it still says.
 */
export function questionOf(document: OvalDocument, id: string, comment: string): OvalQuestion {
  const test = document.tests.get(id)
  const asked = test === undefined ? null : asksFor(document, id, test, comment)
  if (asked !== null && asked.kind !== 'unread') return asked
  return toldBy(comment) ?? toldBy(test?.comment ?? '') ?? asked ?? { kind: 'unread', why: `the file has no test ${id}` }
}

/** The words of Oracle, Photon and AlmaLinux (`bind is earlier than 30:9.3.3-8.el5`) and of SUSE (`tar-1.34-2.2 is installed`, `tar is <1.34-2.2`). */
function toldBy(comment: string): OvalQuestion | null {
  const lessThan = (name: string, evr: string, architectures: readonly string[] | null): OvalQuestion => {
    return { kind: 'packages', names: [name], architectures, condition: { operation: 'less than', evr } }
  }
  const module = moduleIn(comment)
  if (module !== undefined) return { kind: 'module', module }
  const earlier = /^(\S+) is (?:earlier than |<)(\S+)(?: for ([\w,]+))?$/.exec(comment) ?? /^(\S+)-([^\s-]+-[^\s-]+) is installed$/.exec(comment)
  if (earlier?.[1] !== undefined && earlier[2] !== undefined) return lessThan(earlier[1], earlier[2], earlier[3]?.split(',') ?? null)
  const unaffected = /^(\S+) is (?:not affected|==0)$/.exec(comment)?.[1]
  if (unaffected !== undefined) return { kind: 'packages', names: [unaffected], architectures: null, condition: { operation: 'never' } }
  const arch = /^\S+ Linux arch is (\S+)$/.exec(comment)?.[1]
  if (arch !== undefined) return { kind: 'architectures', architectures: installableOn(arch) }
  if (comment.endsWith(' is ksplice-based')) return { kind: 'ksplice' }
  if (/ is signed with /.test(comment)) return { kind: 'granted' }
  const product = productIn(comment)
  return product === undefined ? null : { kind: 'product', name: product }
}

/** `Module nodejs:18 is enabled`. */
function moduleIn(comment: string): string | undefined {
  return /^Module (\S+:\S+) is enabled$/.exec(comment)?.[1]
}

/** `Red Hat Enterprise Linux 9 is installed`; names of packages have no space in them. */
function productIn(comment: string): string | undefined {
  return /^(\S+ .*) is installed$/.exec(comment)?.[1]
}

function asksFor(document: OvalDocument, id: string, test: OvalTest, comment: string): OvalQuestion {
  if (test.check === 'none satisfy') return { kind: 'refused' }
  const module = moduleIn(comment)
  if (module !== undefined) return { kind: 'module', module }
  const product = productIn(comment)
  const object = document.objects.get(test.object)
  const states = test.states.map((state) => document.states.get(state))
  if (object === undefined || states.includes(undefined)) return { kind: 'unread', why: `the object or state of test ${id} is not in the file` }
  const fields = new Map(states.flatMap((state) => state?.children ?? []).map((field) => [field.name, field]))

  if (test.kind === 'textfilecontent54_test') return manifestQuestion(document, object, fields)
  if (test.kind !== 'rpminfo_test' && test.kind !== 'dpkginfo_test' && test.kind !== 'rpmverifyfile_test') return { kind: 'granted' }
  const names = namesOf(document, childOf(object, 'name'))
  const arch = fields.get('arch')
  const architectures = arch === undefined ? null : arch.text.replace(/[()^$]/g, '').split('|')
  if (test.kind === 'rpmverifyfile_test' || names.every((name) => /-release$/i.test(name))) {
    if (product !== undefined) return { kind: 'product', name: product }
    return architectures === null ? { kind: 'granted' } : { kind: 'architectures', architectures: architectures.flatMap(installableOn) }
  }
  if (fields.size === 0) {
    const operation = test.checkExistence === 'none_exist' ? 'never' : 'installed'
    return { kind: 'packages', names, architectures, condition: { operation } }
  }
  if (fields.get('release')?.text.includes('ksplice') === true) return { kind: 'ksplice' }
  const condition = conditionOf(fields.get('evr') ?? fields.get('version'))
  if (condition !== null) return { kind: 'packages', names, architectures, condition }
  if (fields.has('signature_keyid')) return { kind: 'granted' }
  return { kind: 'unread', why: `test ${id} asks for ${[...fields.keys()].join(', ')}` }
}

/** Architectures of packages on a system of that architecture: a test of the system says nothing about `noarch` and 32-bit packages on it. */
function installableOn(system: string): readonly string[] {
  return system === 'x86_64' || system === 'i386' ? [system, 'i386', 'i486', 'i586', 'i686', 'noarch'] : [system, 'noarch']
}

/** Ubuntu's form for images: a regular expression for each binary package over a manifest of `name version` lines. */
function manifestQuestion(document: OvalDocument, object: XmlElement, fields: ReadonlyMap<string, XmlElement>): OvalQuestion {
  const pattern = childOf(object, 'pattern')
  if (pattern?.attributes.var_ref === undefined) return { kind: 'granted' }
  const names = namesOf(document, pattern)
  const condition: OvalCondition | null = fields.size === 0 ? { operation: 'installed' } : conditionOf(fields.get('subexpression'))
  return condition === null ? { kind: 'unread', why: 'a state without a version' } : { kind: 'packages', names, architectures: null, condition }
}

function conditionOf(field: XmlElement | undefined): OvalCondition | null {
  const operation = field?.attributes.operation ?? 'equals'
  if (field === undefined || field.text === '' || !operations.has(operation)) return null
  // SUSE: "kernel-default is not affected" asks for the version 0, which no package has.
  if (operation === 'equals' && /^(0:)?0(-0)?$/.test(field.text)) return { operation: 'never' }
  return { operation: operation as 'less than', evr: field.text }
}

/** Names as they stand there, or those that a variable lists, plain or as `^name(?::\w+|)\s+(.*)$`. */
function namesOf(document: OvalDocument, element: XmlElement | undefined): readonly string[] {
  const variable = element?.attributes.var_ref
  const texts = variable === undefined ? [element?.text ?? ''] : (document.variables.get(variable) ?? [])
  return texts.flatMap((text) => /^\^?([\w.+-]+)/.exec(text.replaceAll('\\', ''))?.[1] ?? [])
}
