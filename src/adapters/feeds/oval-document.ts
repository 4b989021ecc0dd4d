/** OVAL definition files (https://oval-community-guidelines.readthedocs.io/, schema 5.x): what is in them, before it is understood. */
import { Fault } from '../../domain/fault.ts'
import { childOf, childrenOf, textOf, type XmlElement, xmlElements } from './xml.ts'

/** A tree of tests; `test` is an id, and its comment what the vendor calls it (`SUSE Linux Enterprise Server 15 SP2 is installed`). */
export type OvalCriteria =
  | { readonly kind: 'all'; readonly of: readonly OvalCriteria[] }
  | { readonly kind: 'any'; readonly of: readonly OvalCriteria[] }
  | { readonly kind: 'test'; readonly test: string; readonly comment: string }
  /** `negate`, or an operator other than AND and OR: no feed of ours has any. */
  | { readonly kind: 'unread'; readonly why: string }

export type OvalDefinition = {
  readonly id: string
  /** `patch`: an erratum with its fixed versions. `vulnerability`: a CVE with what is affected or fixed. */
  readonly class: string
  readonly title: string
  readonly references: readonly { readonly source: string; readonly id: string }[]
  /** The `advisory` element, or where Microsoft has none `metadata`. */
  readonly advisory: XmlElement
  readonly isDeprecated: boolean
  readonly criteria: OvalCriteria
  readonly line: number
}

/** A test with only what is asked of it later: large files have a million. */
export type OvalTest = {
  /** `rpminfo_test` and the like. */
  readonly kind: string
  readonly check: string
  readonly checkExistence: string
  readonly comment: string
  readonly object: string
  readonly states: readonly string[]
}

/** All of a file, by id. */
export type OvalDocument = {
  readonly definitions: readonly OvalDefinition[]
  readonly tests: ReadonlyMap<string, OvalTest>
  readonly objects: ReadonlyMap<string, XmlElement>
  readonly states: ReadonlyMap<string, XmlElement>
  readonly variables: ReadonlyMap<string, readonly string[]>
}

/** More than any vendor has in one file, tests and states counted. */
const maxRecords = 6_000_000

/** Long texts that no advisory uses. */
const dropped = new Set(['description', 'rights', 'bugzilla', 'affected_cpe_list', 'notes'])

/**
 * Reads a whole file: definitions come before the tests that they refer to, so all are kept, in their smallest form. `file` names it in faults. Raises
 * `invalid` where it is not well-formed, cut off, or holds no OVAL definitions at all.
 */
export async function readOval(chunks: AsyncIterable<Uint8Array>, file: string): Promise<OvalDocument> {
  const definitions: OvalDefinition[] = []
  const tests = new Map<string, OvalTest>()
  const objects = new Map<string, XmlElement>()
  const states = new Map<string, XmlElement>()
  const variables = new Map<string, readonly string[]>()
  let records = 0
  let isOval = false
  const isWanted = (name: string): boolean => {
    isOval ||= name === 'oval_definitions'
    return name === 'definition' || name === 'constant_variable' || /_(test|object|state)$/.test(name)
  }
  for await (const element of xmlElements(chunks, file, isWanted, dropped)) {
    records += 1
    if (records > maxRecords) throw new Fault('invalid', `${file} holds more than ${maxRecords} records`)
    const id = element.attributes.id ?? ''
    if (element.name === 'definition') definitions.push(definitionOf(element, id))
    else if (element.name.endsWith('_test')) tests.set(id, testOf(element))
    else if (element.name.endsWith('_object')) objects.set(id, element)
    else if (element.name.endsWith('_state')) states.set(id, element)
    else
      variables.set(
        id,
        childrenOf(element, 'value').map(({ text }) => text),
      )
  }
  if (!isOval) throw new Fault('invalid', `${file} holds no OVAL definitions`)
  return { definitions, tests, objects, states, variables }
}

function testOf(element: XmlElement): OvalTest {
  const { check = '', check_existence: checkExistence = '', comment = '' } = element.attributes
  return {
    kind: element.name,
    check,
    checkExistence,
    comment,
    object: childOf(element, 'object')?.attributes.object_ref ?? '',
    states: childrenOf(element, 'state').map(({ attributes }) => attributes.state_ref ?? ''),
  }
}

function definitionOf(element: XmlElement, id: string): OvalDefinition {
  const metadata = childOf(element, 'metadata') ?? element
  const criteria = childOf(element, 'criteria')
  return {
    id,
    class: element.attributes.class ?? '',
    title: textOf(metadata, 'title') ?? '',
    references: childrenOf(metadata, 'reference').map(({ attributes }) => ({ source: attributes.source ?? '', id: attributes.ref_id ?? '' })),
    advisory: childOf(metadata, 'advisory') ?? metadata,
    isDeprecated: element.attributes.deprecated === 'true',
    criteria: criteria === undefined ? { kind: 'any', of: [] } : criteriaOf(criteria),
    line: element.line,
  }
}

function criteriaOf(element: XmlElement): OvalCriteria {
  const { attributes } = element
  if (attributes.negate === 'true') return { kind: 'unread', why: 'a negated criterion' }
  if (element.name === 'criterion') return { kind: 'test', test: attributes.test_ref ?? '', comment: attributes.comment ?? '' }
  // Ubuntu: "Ubuntu 22.04 LTS (jammy) is installed", which the file's name says too.
  if (element.name === 'extend_definition') return { kind: 'all', of: [] }
  const operator = attributes.operator ?? 'AND'
  if (element.name !== 'criteria' || (operator !== 'AND' && operator !== 'OR')) return { kind: 'unread', why: `${element.name} ${operator}` }
  return { kind: operator === 'AND' ? 'all' : 'any', of: element.children.map(criteriaOf) }
}
