/** HCL as trees: values, blocks, what is computed, and hostile text. */
import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHcl } from '../../../../src/formats/hcl/read-hcl.ts'
import { Refusal } from '../../../../src/formats/refusal.ts'
import type { Tree } from '../../../../src/formats/tree.ts'

function plain(tree: Tree): unknown {
  if (tree.kind === 'map') return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]))
  if (tree.kind === 'list') return tree.items.map(plain)
  return tree.kind === 'none' ? null : tree.text.text
}

const read = (text: string): unknown => plain(readHcl(text))

describe('values', () => {
  it.each([
    ['a = "b"', { a: 'b' }],
    ['a = 1\nb = -1.5\nc = true\nd = null', { a: '1', b: '-1.5', c: 'true', d: null }],
    ['a = ["b", 1, [],]\nc = []', { a: ['b', '1', []], c: [] }],
    ['a = {\n  b = "c"\n  "d e": 1, f = 2\n}', { a: { b: 'c', 'd e': '1', f: '2' } }],
    ['a = "\\"b\\\\ \\u00e9"', { a: '"b\\ \xc3\xa9' }],
    ['a = <<E\n  x "${y}"\nE\nb = 1', { a: '  x "${y}"\n', b: '1' }],
    ['a = <<-E\n  x\n  E\n', { a: '  x\n' }],
    ['a = b', { a: '${b}' }],
    ['a = "b${c}d$${e}"', { a: 'b${c}d$${e}' }],
    ['a = b ? ["c"] : ["d, e"] # f', { a: '${b ? ["c"] : ["d, e"]}' }],
    ['a = f("}", [1,\n 2]).g["h"]\nb = 1', { a: '${f("}", [1,\n 2]).g["h"]}', b: '1' }],
    ['a = [for x in y : x if x != "]"]', { a: '${[for x in y : x if x != "]"]}' }],
    ['a = {for k, v in y : k => v}', { a: '${{for k, v in y : k => v}}' }],
    ['a = [b, "c" == d, e...]', { a: ['${b}', '${"c" == d}', '${e...}'] }],
    ['a = "${f("}")}"', { a: '${f("}")}' }],
    ['a = b # c\nd = [e # f\n, g /* h */]', { a: '${b}', d: ['${e}', '${g}'] }],
    ['a = { (b) = 1, 21 = 2 }', { a: { '(b)': '1', '21': '2' } }],
  ])('of %j', (text, expected) => expect(read(text)).toEqual(expected))
})

describe('blocks', () => {
  it.each([
    ['t "a" {\n  b = 1\n}\nt "c" { b = 2 }', { t: { a: { b: '1' }, c: { b: '2' } } }],
    ['t "a" { b = 1 }\nt "a" { c = 2 }', { t: { a: { b: '1', c: '2' } } }],
    ['t a "b" {}', { t: { a: { b: {} } } }],
    ['v { w {\n x = 1 } }', { v: { w: { x: '1' } } }],
    ['# a\n// b = "\n/* c {\n */ d = 1 /* e */', { d: '1' }],
    ['\xef\xbb\xbfa = 1\r\nb = 2\r\n', { a: '1', b: '2' }],
    ['__proto__ = "x"', JSON.parse('{"__proto__": "x"}')],
  ])('of %j', (text, expected) => expect(read(text)).toEqual(expected))
})

describe('what is no HCL', () => {
  it.each(['a', 'a =', 'a = "b', 't "a" {', '}', 'a = [1', 'a = {b}', '= 1', 'a = <<E\nb', '"a" 1'])('%j is refused', (text) =>
    expect(() => readHcl(text)).toThrow(Refusal),
  )

  it('is refused when nested deeper than any honest file', () => {
    expect(() => readHcl(`a = ${'['.repeat(10_000)}`)).toThrow('nested')
    expect(() => readHcl('a {'.repeat(10_000))).toThrow('nested')
  })

  it('never fails otherwise, and ends', () => {
    const pieces = constantFrom(
      'a',
      ' = ',
      '"',
      '{',
      '}',
      '[',
      ']',
      '(',
      ')',
      '${',
      '%{',
      '\n',
      ',',
      '<<E\n',
      'E\n',
      '#',
      '/*',
      '*/',
      '\\',
      '1',
      'null',
      'for ',
      '?',
      ':',
    )
    assert(
      property(array(pieces, { maxLength: 60 }), (text) => {
        try {
          readHcl(text.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes a long line in its stride', () => expect(read(`a = "${'x${y}'.repeat(50_000)}"`)).toHaveProperty('a'))
})
