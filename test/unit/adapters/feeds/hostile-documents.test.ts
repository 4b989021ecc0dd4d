/** Well-formed documents that were written to hurt: loops, and combinations that multiply. */
import { describe, expect, it } from 'vitest'
import { csafItems } from '../../../../src/adapters/feeds/csaf.ts'
import { claimsOf } from '../../../../src/adapters/feeds/oval-claims.ts'
import type { OvalCriteria, OvalDocument } from '../../../../src/adapters/feeds/oval-document.ts'
import type { FeedItem } from '../../../../src/domain/advisory/advisory.ts'

const empty: OvalDocument = { definitions: [], tests: new Map(), objects: new Map(), states: new Map(), variables: new Map() }
const criterion = (comment: string): OvalCriteria => ({ kind: 'test', test: comment, comment })

describe('OVAL criteria', () => {
  it('that multiply beyond reason are said to be unread', () => {
    const many: OvalCriteria = { kind: 'any', of: Array.from({ length: 1000 }, (_, at) => criterion(`made is earlier than ${at}-1`)) }

    expect(claimsOf(empty, { kind: 'all', of: [many, many] }, () => [])).toEqual({ claims: [], unread: ['more than 100000 combinations'] })
  })

  it('that go too deep are said to be unread', () => {
    let deep: OvalCriteria = criterion('made is earlier than 1-1')
    for (let at = 0; at < 60; at += 1) deep = { kind: 'all', of: [deep] }

    expect(claimsOf(empty, deep, () => [])).toEqual({ claims: [], unread: ['criteria more than 32 deep'] })
  })

  it('about products of no interest come to nothing, without a word', () => {
    const all: OvalCriteria = { kind: 'all', of: [criterion('Made Linux 1 is installed'), criterion('made is earlier than 1-1')] }

    expect(claimsOf(empty, all, () => [])).toEqual({ claims: [], unread: [] })
  })
})

describe('CSAF relationships', () => {
  it('in a circle end', async () => {
    const relationship = (id: string, product: string, above: string): unknown => ({
      full_product_name: { name: id, product_id: id },
      product_reference: product,
      relates_to_product_reference: above,
    })
    const text = JSON.stringify({
      document: { tracking: { id: 'CVE-2099-0001' } },
      product_tree: {
        full_product_names: [{ name: 'made-1-1.noarch', product_id: 'made' }],
        relationships: [relationship('a', 'made', 'b'), relationship('b', 'made', 'a')],
      },
      vulnerabilities: [{ cve: 'CVE-2099-0001', product_status: { fixed: ['a', 'b', '__proto__'] } }],
    })
    const bytes = async function* (): AsyncIterable<Uint8Array> {
      yield Buffer.from(text)
    }
    const items: FeedItem[] = []
    for await (const item of csafItems(bytes(), 'made.json', { feed: 'made', releases: () => [{ release: 'made:1', isPaid: false }] })) items.push(item)

    expect(items).toEqual([])
  })
})
