/** YAML as trees: what texts come to, where each character stands, and what is refused. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { fromFile, type Sourced } from '../../../../src/formats/sourced.ts'
import { at, textAt, type Tree } from '../../../../src/formats/tree.ts'
import { readPlainDocument } from '../../../../src/formats/yaml/plain-document.ts'
import { readDocuments, readYaml } from '../../../../src/formats/yaml/read-documents.ts'

/** As plain values: maps as lists of pairs, since their order and odd keys count. */
function plain(tree: Tree): unknown {
  if (tree.kind === 'map') return tree.entries.map(({ key, value }) => [key, plain(value)])
  if (tree.kind === 'list') return tree.items.map(plain)
  return tree.kind === 'none' ? null : tree.text.text
}

function textsOf(tree: Tree): readonly Sourced[] {
  if (tree.kind === 'map') return tree.entries.flatMap(({ value }) => textsOf(value))
  if (tree.kind === 'list') return tree.items.flatMap(textsOf)
  return tree.kind === 'text' ? [tree.text] : []
}

const read = (text: string) => readDocuments(text).map(plain)

describe('what YAML comes to', () => {
  it.each<[rule: string, text: string, value: unknown]>([
    [
      'comments are none of it',
      'a: b # c\n# d\nc: x#y\n',
      [
        ['a', 'b'],
        ['c', 'x#y'],
      ],
    ],
    [
      'aliases are followed',
      'a: &x {b: c}\nd: *x\n',
      [
        ['a', [['b', 'c']]],
        ['d', [['b', 'c']]],
      ],
    ],
    [
      'an anchor counts from where it stands',
      'a: *x\nb: &x 1\nc: *x\n',
      [
        ['a', null],
        ['b', '1'],
        ['c', '1'],
      ],
    ],
    [
      'merged entries stand where the merge key does',
      'a: &x {b: 1, c: 2}\nd: {z: 0, <<: *x, y: 3}\n',
      [
        [
          'a',
          [
            ['b', '1'],
            ['c', '2'],
          ],
        ],
        [
          'd',
          [
            ['z', '0'],
            ['b', '1'],
            ['c', '2'],
            ['y', '3'],
          ],
        ],
      ],
    ],
    [
      'own keys win over merged ones, and of those the first',
      'a: &x {k: 1}\nb: &y {k: 2, l: 2}\nc: {<<: [*x, *y]}\nd: {k: own, <<: *x}\n',
      [
        ['a', [['k', '1']]],
        [
          'b',
          [
            ['k', '2'],
            ['l', '2'],
          ],
        ],
        [
          'c',
          [
            ['k', '1'],
            ['l', '2'],
          ],
        ],
        ['d', [['k', 'own']]],
      ],
    ],
    ['a quoted merge key is a key', 'a: {"<<": {b: c}}\n', [['a', [['<<', [['b', 'c']]]]]]],
    [
      'the last of equal keys counts',
      'a: 1\nb: 2\na: 3\n',
      [
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    [
      'keys of objects are keys',
      '__proto__: {x: 1}\nconstructor: c\ntoString: d\n',
      [
        ['__proto__', [['x', '1']]],
        ['constructor', 'c'],
        ['toString', 'd'],
      ],
    ],
    ['keys that are no text are left out', '? [a]\n: b\n? {c: d}\n: e\n1: f\n', [['1', 'f']]],
    [
      'tags that nobody knows do no harm',
      'a: !reference [x, y]\nb: !vault |\n  t\nc: !Ref d\ne: !<tag:x> f\n',
      [
        ['a', ['x', 'y']],
        ['b', 't\n'],
        ['c', 'd'],
        ['e', 'f'],
      ],
    ],
    [
      'folded and literal blocks',
      'a: >-\n  x\n  y\n\n  z\nb: |+\n  x\n\n',
      [
        ['a', 'x y\nz'],
        ['b', 'x\n\n'],
      ],
    ],
    [
      'escapes',
      "a: \"x\\ty\\u0041\\x42\"\nb: 'it''s'\n",
      [
        ['a', 'x\tyAB'],
        ['b', "it's"],
      ],
    ],
    [
      'Windows line ends',
      'a: |\r\n  x\r\n  y\r\nb: c\r\n',
      [
        ['a', 'x\ny\n'],
        ['b', 'c'],
      ],
    ],
    ['braces of a template without quotes are a text', 'image: {{ .Values.image }}\n', [['image', '{{ .Values.image }}']]],
  ])('%s', (_rule, text, value) => expect(read(text)).toEqual([value]))

  it('several documents, with directives, ends and empty ones', () => {
    expect(read('%YAML 1.1\n---\na: 1\n...\n---\n---\n- b\n--- >-\n c\n')).toEqual([[['a', '1']], null, ['b'], 'c'])
    expect(read('')).toEqual([])
    expect(read('# nothing\n')).toEqual([])
  })

  it('knows what is read as a number or as true or false', () => {
    const typed = (text: string) => {
      const [tree] = readDocuments(`a: ${text}`)
      const found = at(tree ?? null, 'a')
      return found?.kind === 'text' && found.isTyped
    }
    for (const text of ['1.20', '1_000', '0x1f', '010', '0o7', '1e3', '.5', 'true', 'Yes', 'off', '22:30', '-1', '!!int "3"'])
      expect([text, typed(text)]).toEqual([text, true])
    for (const text of ['1.2.3', '"1.20"', "'1'", '2024-10-16', 'v1', 'latest', '!!str 1.20', '1.20-alpine', 'y1'])
      expect([text, typed(text)]).toEqual([text, false])
  })
})

describe('places', () => {
  it('each character of a text stands for its byte, or says that it was made', () => {
    const text = "\xef\xbb\xbfa: \"x\\u0041y\"\nb: >-\n  one\n  two\nc: 'it''s'\nd: |\n  e: f\n"
    const [tree] = readDocuments(text)
    for (const source of textsOf(tree ?? { kind: 'none', at: 0 }))
      for (const [i, place] of source.at.entries()) if (place >= 0) expect(text[place]).toBe(source.text[i])
    expect(textAt(tree ?? null, 'a')?.at).toEqual([7, -10, 14])
    expect(textAt(tree ?? null, 'd')?.at).toEqual([...'e: f\n'].map((_, i) => text.indexOf('e: f') + i))
  })

  it('YAML and more YAML in a block has the places of the file', () => {
    const file = 'images: |\n  - name: a\n    image: x/y:1\n  - image: "z:2"\n'
    const [outer] = readDocuments(file)
    const [inner] = readDocuments(textAt(outer ?? null, 'images') ?? fromFile('', 0))
    expect(inner?.kind === 'list' && inner.items.map((item) => textAt(item, 'image')?.at[0])).toEqual([file.indexOf('x/y'), file.indexOf('z:2')])
  })

  it('an empty text has a place too', () => {
    const [tree] = readDocuments('a: ""\n')
    expect(textAt(tree ?? null, 'a')?.span).toEqual([4, 4])
  })
})

describe('broken documents', () => {
  it('are told with their line, and lose none but themselves', () => {
    const { documents, broken } = readYaml('a: 1\n---\nb: [\n---\nc: 3\n---\nd: e: f\n')
    expect(documents.map(plain)).toEqual([[['a', '1']], [['c', '3']]])
    expect(broken.map(({ skip }) => skip.code)).toEqual(['invalid-syntax', 'invalid-syntax'])
  })

  it('are templates where braces break them, or where they stand among those of a chart', () => {
    const code = (text: string, file = '') => readYaml(text, /(?:)/, file).broken.map(({ skip }) => skip.code)
    expect(code('a: 1\n{{- if .x }}\nb: 2\n{{- end }}\n')).toEqual(['template'])
    expect(code('a: {{ x }}:{{ y }}\n')).toEqual(['template'])
    expect(code('{% for x in y %}\n')).toEqual(['template'])
    expect(code('a: "\n', 'charts/x/templates/a.yaml')).toEqual(['template'])
    expect(code('a: ${{ x }}\nb: [\n')).toEqual(['invalid-syntax'])
  })

  it('without a hint are nobody’s business', () => expect(readYaml('a: [\n---\nimage: b\n', /image/)).toMatchObject({ broken: [], documents: [{}] }))
})

describe('bounds', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x, x]',
    ...[...'bcdefghij'].map((name, i) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghij'[i]}`).join(', ')}]`),
  ].join('\n')
  it.each<[what: string, text: string]>([
    ['an alias bomb', bomb],
    ['flow collections 5,000 deep', '['.repeat(5_000)],
    ['maps in flow 10,000 deep', '{a: '.repeat(10_000)],
    ['lists 50,000 deep in one line', '- '.repeat(50_000)],
    ['maps 1,000 deep by indentation', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['anchors that make of 60 levels 120', `a: &a ${'['.repeat(60)}${']'.repeat(60)}\nb: ${'['.repeat(60)}*a${']'.repeat(60)}\n`],
    ['100,000 documents', '---\na\n'.repeat(100_000)],
    ['more values than anybody writes', `[${'a,'.repeat(250_000)}]`],
  ])('%s: refused as too large', (_what, text) => {
    expect(() => readDocuments(text)).toThrow(expect.objectContaining({ skip: expect.objectContaining({ code: 'too-large' }) }))
  })

  it.each<[what: string, text: string]>([
    ['long lines', `a: ${'x '.repeat(400_000)}\n`],
    ['long runs of spaces', `a: "${' '.repeat(300_000)}x\n${' '.repeat(300_000)}y"\n`],
    ['many signs that could start a comment', `a: ${'x# '.repeat(200_000)}\n  y\n`],
    ['many quotes', `a: '${"''".repeat(300_000)}'\n`],
    ['many colons', `a: ${'x:'.repeat(300_000)}y\n`],
    ['zero bytes', 'a\0b: c\0\n'],
  ])('%s are read in linear time', (_what, text) => expect(readYaml(text).documents).toHaveLength(1))

  it('an anchor within itself is nothing', () => expect(read('a: &a [*a, b]\n')).toEqual([[['a', [null, 'b']]]]))
})

describe('against the full parser', () => {
  const words = [
    'a',
    'b: ',
    'b:',
    '- ',
    '-',
    '  ',
    ' ',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '\n  - ',
    '\na: ',
    '"',
    '"x"',
    "'y'",
    '|',
    '>',
    '|-',
    ' # c',
    '{',
    '}',
    '[',
    ']',
    ', ',
    'x y',
    '1.20',
    'null',
    'a:b',
    '&a',
    '*a',
    '!t',
    '\t',
    '{a: b}',
    '[1, b]',
    '{"a": 1}',
    '? ',
    ': ',
    '\n\n',
    '\n  text\n',
    '%',
    ':',
    "''",
    '\nkey: |\n  x\n   y\n',
    '\nk: >\n   a\n\n   b\n',
    '\nk: a\n  b\n',
  ]
  const texts = fc
    .tuple(fc.constantFrom('', 'a: ', '- ', 'k:\n'), fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 10 }))
    .map(([start, rest]) => `${start}${rest.join('')}\n`)
  const full = (tree: Tree): unknown => {
    if (tree.kind === 'map') return { at: tree.at, entries: tree.entries.map(({ key, keyAt, value }) => [key, keyAt, full(value)]) }
    if (tree.kind === 'list') return { at: tree.at, items: tree.items.map(full) }
    return tree.kind === 'none' ? null : { at: tree.at, text: tree.text.text, places: [...tree.text.at], isTyped: tree.isTyped }
  }

  it('what the reader of plain documents takes, it reads the same', () => {
    let taken = 0
    const check = (text: string): void => {
      const found = text.includes('---') ? null : readPlainDocument(fromFile(text, 0), { left: 1e6 })
      if (found === null) return
      taken += 1
      const whole = readYaml(`${text}#\r\n`) // a return is beyond the plain reader
      expect({ broken: whole.broken, documents: whole.documents.map(full) }).toEqual({ broken: [], documents: [full(found)] })
    }
    fc.assert(fc.property(texts, check), { numRuns: 3_000 })
    expect(taken).toBeGreaterThan(300)
  })

  it('texts come to what the library makes of them', () => {
    const byKey = (pairs: readonly (readonly [string, unknown])[]) => [...pairs].sort(([a], [b]) => (a < b ? -1 : 1))
    const theirs = (item: unknown): unknown => {
      if (item instanceof Map)
        return byKey([...item].flatMap(([key, inner]) => (key === null || typeof key === 'string' ? [[key ?? '', theirs(inner)] as const] : [])))
      return Array.isArray(item) ? item.map(theirs) : item === '' || item === 'null' ? null : item
    }
    const ours = (tree: Tree): unknown => {
      if (tree.kind === 'map') return byKey(tree.entries.map(({ key, value }) => [key, ours(value)]))
      return tree.kind === 'list' ? tree.items.map(ours) : tree.kind === 'none' || ['', 'null'].includes(tree.text.text) ? null : tree.text.text
    }
    fc.assert(
      fc.property(texts, (text) => {
        const documents = parseAllDocuments(text, { schema: 'failsafe', uniqueKeys: false, strict: false, logLevel: 'error' })
        const isOdd = !Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0) || /[?&*!]/.test(text)
        if (!isOdd) expect(readDocuments(text).map(ours)).toEqual(documents.map((document) => theirs(document.toJS({ mapAsMap: true }))))
      }),
      { numRuns: 2_000 },
    )
  })
})
