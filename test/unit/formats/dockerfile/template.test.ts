/** Templates of Dockerfiles: what their holes leave to be known. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTemplate } from '../../../../src/formats/dockerfile/template.ts'
import { told } from './given-builds.ts'
import { fileUses } from '../../../support/file-uses.ts'

const uses = (text: string, path = 'Dockerfile.j2') => told(fileUses(path, text))
const messages = (text: string, path = 'Dockerfile.j2') => fileUses(path, text).map(({ skip }) => skip?.message)

describe('a hole in a reference', () => {
  test.each(['{{ tag }}', '{{tag}}', '{% tag %}', '<%= tag %>', '@TAG@', '%%TAG%%', '{{{tag}}}', '{{#if x}}1{{/if}}', '{{ a\n  b }}'])(
    '%j leaves it open, and what has none is read',
    (hole) => {
      expect(uses(`FROM alpine:${hole} AS a\nFROM debian:12\nCOPY --from=nginx:${hole} / /\n`).map((line) => line.replace(/^\d+ /, ''))).toEqual([
        'stage - [] (template)',
        'final debian:12 [Dockerfile.j2 tag, Dockerfile.j2 pin]',
        'copy-from - [] (template)',
      ])
    },
  )

  test('is told with its line', () => {
    expect(messages('# a\nARG V={{ version }}\nFROM alpine:$V\n')).toEqual(['line 2: {{ version }} is known only when the template is filled in'])
  })

  test('in the frontend leaves that open', () => {
    expect(uses('# syntax=docker/dockerfile:{{ v }}\nFROM alpine:3\n')).toEqual([
      '1 syntax - [] (template)',
      '2 final alpine:3 [Dockerfile.j2 tag, Dockerfile.j2 pin]',
    ])
  })

  test('leaves the platform open, and no more', () => {
    const [use] = fileUses('Dockerfile.j2', 'FROM --platform={{ p }} alpine:3\n')
    expect(use).toMatchObject({ skip: null, line: 1 })
  })
})

test('a hole with its lines to itself is no part of anything', () => {
  const text = "{% set v = 3 %}\n{{ macro([\n 'a',\n]) }}\nFROM alpine:3.20\n{# FROM old:1 #}\nRUN apk add \\\n{% for p in all %}\n  b \\\n{% endfor %}\n  c\n"
  expect(uses(text)).toEqual(['5 final alpine:3.20 [Dockerfile.j2 tag, Dockerfile.j2 pin]'])
})

test('a stage whose name is filled in is the stage of that name, and of no other', () => {
  expect(uses('FROM alpine:3 AS {{ build }}\nFROM scratch\nCOPY --from={{ build }} / /\nCOPY --from={{ other }} / /\n')).toEqual([
    '1 stage alpine:3 [Dockerfile.j2 tag, Dockerfile.j2 pin]',
    '4 copy-from - [] (template)',
  ])
})

test('a variable that no ARG declares is one for the program that fills the file in', () => {
  expect(messages('FROM alpine:${TAG}\n', 'Dockerfile.template')).toEqual(['line 1: ${TAG} is known only when the template is filled in'])
  expect(uses('ARG TAG\nFROM alpine:${TAG}\n', 'Dockerfile.template')).toEqual(['2 final alpine: [] (unresolved-variable)'.replace('alpine:', '-')])
})

test('what BuildKit would refuse may be gone once it is filled in; a FROM among that is told', () => {
  expect(uses('include(common.m4)\nFROM alpine:3\nmacro(x)\n', 'Dockerfile.m4')).toEqual(['2 final alpine:3 [Dockerfile.m4 tag, Dockerfile.m4 pin]'])
  expect(uses('FROM alpine:3\nFROM a b {{ c }}\n')).toEqual(['1 final alpine:3 [Dockerfile.j2 tag, Dockerfile.j2 pin]', '2 stage - [] (template)'])
})

test('without a FROM the first hole is told, and without a hole what BuildKit says', () => {
  expect(uses('{{ header }}\n FROM {{ a }} {{ b }} {{ c }} {{ d }}\n')).toEqual(['1 stage - [] (template)'])
  expect(uses('FROM\t\nRUN x\n FROM a b\n')).toEqual(['2 stage - [] (refused-by-buildkit)'])
})

test('a file that is not called a template is read as it stands', () => {
  expect(uses('FROM {{ image }}\n', 'Dockerfile')).toEqual(['1 stage - [] (refused-by-buildkit)'])
  expect(uses("FROM alpine:3\nRUN docker inspect --format '{{.Id}}'\n", 'Dockerfile')).toEqual(['1 final alpine:3 [Dockerfile tag, Dockerfile pin]'])
})

describe('for all texts', () => {
  const word = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '<%',
    '%>',
    '@',
    '%%',
    'A',
    '\n',
    ' ',
    '$',
    'FROM ',
    'alpine',
    ':3',
    'COPY --from=',
    '\\',
    'é',
  )
  const text = fc.array(word, { maxLength: 60 }).map((words) => words.join(''))

  test('what is filled in is as long as its holes, and no byte outside them differs', () => {
    fc.assert(
      fc.property(text, (written) => {
        const template = readTemplate(written)
        expect(template.text).toHaveLength(written.length)
        const inHole = (i: number) => template.holes.some(({ start, end }) => i >= start && i < end)
        for (let i = 0; i < written.length; i++) if (!inHole(i)) expect(template.text[i]).toBe(written[i])
      }),
      { numRuns: 500 },
    )
  })

  test('reading never throws, every span holds its text, and no edit touches a hole', () => {
    fc.assert(
      fc.property(text, (written) => {
        const bytes = Buffer.from(written)
        const { holes } = readTemplate(bytes.toString('latin1'))
        for (const use of fileUses('Dockerfile.j2', written)) {
          expect(bytes.toString('utf8', ...use.span)).toBe(use.text)
          for (const { span } of use.edits) expect(holes.every(({ start, end }) => span[1] <= start || span[0] >= end)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['marks without end', '{{'.repeat(60_000)],
    ['at signs', '@a'.repeat(60_000)],
    ['many holes', `FROM a\n${'{{x}}\n'.repeat(20_000)}`],
  ])('%s are read in bounds', (_name, written) => {
    expect(readTemplate(written).holes.length).toBeLessThanOrEqual(2_000)
    fileUses('Dockerfile.j2', `FROM a\n${written}`)
  })
})
