/** What a single OVAL test asks of a system. */
import type { OvalDocument } from './oval-document.ts'
import { childOf, childrenOf, type XmlElement } from './xml.ts'

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

/** What the test `id` asks; `comment` is that of the criterion which refers to it, and stands in for product tests that the file lacks. */
export function questionOf(document: OvalDocument, id: string, comment: string): OvalQuestion {
  const module = /^Module (\S+:\S+) is enabled$/.exec(comment)?.[1]
  if (module !== undefined) return { kind: 'module', module }
  const product = /^(\S+ .*) (?:is|are) installed$/.exec(comment)?.[1]
  const test = document.tests.get(id)
  if (test === undefined) return product === undefined ? { kind: 'unread', why: `the file has no test ${id}` } : { kind: 'product', name: product }
  if (test.attributes.check === 'none satisfy') return { kind: 'refused' }

  const object = document.objects.get(childOf(test, 'object')?.attributes.object_ref ?? '')
  const states = childrenOf(test, 'state').map(({ attributes }) => document.states.get(attributes.state_ref ?? ''))
  if (object === undefined || states.includes(undefined)) return { kind: 'unread', why: `the object or state of test ${id} is not in the file` }
  const fields = new Map(states.flatMap((state) => state?.children ?? []).map((field) => [field.name, field]))

  if (test.name === 'textfilecontent54_test') return manifestQuestion(document, object, fields)
  if (test.name !== 'rpminfo_test' && test.name !== 'dpkginfo_test' && test.name !== 'rpmverifyfile_test') return { kind: 'granted' }
  const names = namesOf(document, childOf(object, 'name'))
  const arch = fields.get('arch')
  const architectures = arch === undefined ? null : arch.text.replace(/[()^$]/g, '').split('|')
  if (test.name === 'rpmverifyfile_test' || names.every((name) => /-release$/i.test(name))) {
    if (product !== undefined) return { kind: 'product', name: product }
    return architectures === null ? { kind: 'granted' } : { kind: 'architectures', architectures: architectures.flatMap(installableOn) }
  }
  if (fields.size === 0) {
    const operation = test.attributes.check_existence === 'none_exist' ? 'never' : 'installed'
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
