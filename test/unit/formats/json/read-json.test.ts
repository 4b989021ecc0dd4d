/** JSON with comments as trees. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from '../../../../src/formats/json/read-json.ts'
import type { Tree } from '../../../../src/formats/tree.ts'

function plain(tree: Tree): unknown {
  if (tree.kind === 'map') return tree.entries.map(({ key, value }) => [key, plain(value)])
  if (tree.kind === 'list') return tree.items.map(plain)
  if (tree.kind === 'none') return null
  return tree.isTyped ? { typed: JSON.parse(tree.text.text) as unknown } : tree.text.text
}

describe('readJson', () => {
  it('takes comments, trailing commas and a byte order mark', () => {
    expect(plain(readJson('\xef\xbb\xbf// c\n{"a": [1, "b",], /* d */ "e": null,}\n'))).toEqual([
      ['a', [{ typed: 1 }, 'b']],
      ['e', null],
    ])
    expect(plain(readJson(''))).toBeNull()
  })

  it('takes the last of equal keys, and any key for a key', () => {
    expect(plain(readJson('{"a": "1", "__proto__": "x", "constructor": "y", "a": "2"}'))).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['a', '2'],
    ])
  })

  it('knows where each character stands that is no escape', () => {
    const tree = readJson('{"a": "x\\u003ay\\n"}')
    const [entry] = tree.kind === 'map' ? tree.entries : []
    expect(entry).toMatchObject({ keyAt: 1, value: { at: 6, text: { text: 'x:y\n', at: [7, -10, 14, -17], span: [7, 17] } } })
  })

  it('reads any JSON as JSON.parse does', () => {
    const bytes = (text: string) => Buffer.from(text).toString('latin1')
    const sorted = (tree: Tree): Tree => {
      if (tree.kind === 'list') return { ...tree, items: tree.items.map(sorted) }
      if (tree.kind !== 'map') return tree
      const entries = tree.entries.map((entry) => ({ ...entry, value: sorted(entry.value) }))
      return { ...tree, entries: entries.sort((a, b) => (a.key < b.key ? -1 : 1)) }
    }
    const value = (json: unknown): unknown => {
      if (Array.isArray(json)) return json.map(value)
      if (json === null) return null
      if (typeof json === 'string') return bytes(json)
      if (typeof json !== 'object') return { typed: json }
      const pairs = Object.entries(json).map(([key, inner]): [string, unknown] => [bytes(key), value(inner)])
      return pairs.sort(([a], [b]) => (a < b ? -1 : 1))
    }
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(plain(sorted(readJson(bytes(text))))).toEqual(value(JSON.parse(text)))
      }),
    )
  })

  it.each<[what: string, text: string, at: number, code: string]>([
    ['what is never closed', '{"a": 1', 7, 'invalid-syntax'],
    ['what is no JSON', '{"a": 1} x', 9, 'invalid-syntax'],
    ['lists 65 deep', '['.repeat(65), 64, 'too-large'],
    ['maps 10,000 deep', '{"a":'.repeat(10_000), 320, 'too-large'],
    ['a million values', `[${'1,'.repeat(500_000)}1]`, 0, 'too-large'],
  ])('refuses %s, with the byte that shows it', (_what, text, at, code) => {
    expect(() => readJson(text)).toThrow(expect.objectContaining({ at, skip: expect.objectContaining({ code }) }))
  })
})
