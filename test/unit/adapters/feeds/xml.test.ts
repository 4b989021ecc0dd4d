/** Streaming XML: elements one at a time, and what hostile files come to. */
import { describe, expect, it } from 'vitest'
import { type XmlElement, xmlElements } from '../../../../src/adapters/feeds/xml.ts'

async function* chunksOf(text: string, size = 7): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, wanted: string, dropped: readonly string[] = []): Promise<XmlElement[]> {
  const out: XmlElement[] = []
  for await (const element of xmlElements(chunksOf(text), 'made.xml', (name) => name === wanted, new Set(dropped))) out.push(element)
  return out
}

describe('elements', () => {
  it('are the outermost of a wanted name, without prefixes, however the bytes are cut', async () => {
    const found = await read('<r xmlns:a="x"><a:one id="1" a:k="ü"><two>t &amp; u</two></a:one><other/><one><one/></one></r>', 'one')

    expect(
      found.map(({ attributes, children, text }) => ({
        attributes: { ...attributes },
        children: children.map((child) => `${child.name} ${child.text}`),
        text,
      })),
    ).toEqual([
      { attributes: { id: '1', k: 'ü' }, children: ['two t & u'], text: '' },
      { attributes: {}, children: ['one '], text: '' },
    ])
  })

  it('leave out what is dropped, with everything below it', async () => {
    const [one] = await read('<r><one><long>text<one>in it</one></long><two/></one></r>', 'one', ['long'])

    expect(one?.children.map(({ name }) => name)).toEqual(['two'])
  })

  it('keep hostile names as plain names', async () => {
    const [one] = await read('<r><one __proto__="polluted" constructor="x"/></r>', 'one')

    expect(Object.getPrototypeOf(one?.attributes)).toBeNull()
    expect(one?.attributes['constructor']).toBe('x')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('refused, with the file and the line', () => {
  it.each([
    ['what is cut off', '<r>\n<one><two>'],
    ['what is not well-formed', '<r>\n<one></two></r>'],
    ['an entity that a document type declares', '<!DOCTYPE r [<!ENTITY a "aaaa">]>\n<r><one>&a;</one></r>'],
    ['what goes too deep', `<r>\n${'<one>'.repeat(100)}`],
    ['a record of too many elements', `<r>\n<one>${'<e/>'.repeat(200_001)}</one></r>`],
    ['a record of too much text', `<r>\n<one>${'x'.repeat(8_000_001)}</one></r>`],
    ['nothing', ''],
    ['no XML', 'just text'],
  ])('%s', async (_, text) => {
    const bytes = Buffer.from(text)
    const all = async (): Promise<void> => {
      for await (const _element of xmlElements(chunksOf(bytes.toString(), 65_536), 'made.xml', (name) => name === 'one')) continue
    }

    await expect(all()).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/^made\.xml, line \d/) })
  })
})
