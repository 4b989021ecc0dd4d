/** Which paths are Dockerfiles, and the bounds of reading one. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatReference } from '../../../../src/domain/image/reference.ts'
import { dockerfile } from '../../../../src/formats/dockerfile/index.ts'
import { formatFor, formatNamed } from '../../../../src/formats/index.ts'
import { readUses, references, skips } from './reading.ts'
import { fileUses } from '../../../support/file-uses.ts'

describe('paths', () => {
  it.each([
    'Dockerfile',
    'a/b/Dockerfile',
    'dockerfile',
    'Dockerfile.prod',
    'api.Dockerfile',
    'api.dockerfile',
    'Containerfile',
    'x/Containerfile.arm',
    'Dockerfile.j2',
    'Dockerfile.template',
    'Dockerfile-dev',
    'dockerfile_gpu',
    'Containerfile-alpine.in',
    'Dockerfile-debian.template',
    'api.dockerfile.mustache',
    'DOCKERFILE.Prod',
    'Dockerfile.go',
    'docs/Dockerfile.md.j2/Dockerfile.erb',
  ])('%s is a Dockerfile', (path) => expect(formatFor(path)?.id).toBe('dockerfile'))

  it.each([
    'Dockerfile.md',
    'docs/dockerfile.rst',
    'Dockerfile.dockerignore',
    'Dockerfile.prod.dockerignore',
    'MyDockerfile',
    'Dockerfiles/x',
    'Dockerfile/x',
    'x.dockerfile.bak',
    '.dockerfile',
    'dockerfile2llb/convert.txt',
    'Dockerfile.prod.md.j2',
    '.github/workflows/dockerfile-lint.yml',
    'dockerfile.json',
  ])('%s is none', (path) => expect(dockerfile.matches(path)).toBe(false))

  it('are asked by name in the table of formats', () => {
    expect(formatNamed('dockerfile')).toBe(dockerfile)
    expect(() => formatNamed('nope')).toThrow('no such file format')
  })
})

describe('what a name leaves open', () => {
  const found = (path: string, text: string) =>
    fileUses(path, text).map(({ reference, skip }) => (reference === null ? skip?.code : formatReference(reference)))

  it.each(['Dockerfile.go', 'dockerfile.py', 'Dockerfile_test.ts', 'dockerfile.sh', 'Dockerfile.txt'])('%s is what stands in it', (path) => {
    expect(found(path, 'FROM golang:1.22\nRUN go build\n')).toEqual(['golang:1.22'])
    expect(found(path, 'package x\n\n/*\nFROM alpine:3\n*/\n')).toEqual([])
    expect(found(path, 'import os\nprint("FROM")\n')).toEqual([])
  })

  it.each(['Dockerfile.prod', 'Dockerfile-notes', 'Containerfile.d'])('%s without a line that begins with FROM names no image', (path) => {
    expect(found(path, 'what we took from the other one\n')).toEqual([])
    expect(found(path, 'FROM alpine:3\nNOPE\n')).toEqual(['refused-by-buildkit'])
    expect(found(path, '\ufeffFROM alpine:3\n')).toEqual(['alpine:3'])
    expect(found(path, '# syntax=acme/else:1\nversion = 3\n')).toEqual(['refused-by-buildkit'])
  })

  it.each(['Dockerfile', 'Containerfile', 'api.dockerfile'])('%s is expected to be one', (path) => {
    expect(found(path, 'nothing of the kind\n')).toEqual(['refused-by-buildkit'])
  })

  it('a variant in UTF-16 is told', () => {
    expect(fileUses('Dockerfile.win', Buffer.from('\ufeffFROM alpine\n', 'utf16le')).map(({ skip }) => skip?.code)).toEqual(['not-utf8'])
  })
})

describe('bounds', () => {
  it('refuse a file over 256 KiB without reading it', () => {
    expect(skips(`FROM alpine:3.20\n${'#'.repeat(100)}\n`.repeat(3000))).toEqual(['too-large'])
  })

  it('refuse more than 2,000 instructions', () => {
    expect(skips(`FROM alpine:3.20\n${'RUN x\n'.repeat(1999)}`)).toEqual([null])
    expect(skips(`FROM alpine:3.20\n${'RUN x\n'.repeat(2000)}`)).toEqual(['too-large'])
  })

  it('refuse arguments that grow without end', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `ARG A${i + 1}=$A${i}$A${i}\n`).join('')
    expect(skips(`ARG A0=x\n${lines}FROM a:$A40\n`)).toEqual(['too-large'])
  })

  it('name what is not UTF-8, with the references that are plain all the same', () => {
    const uses = fileUses('Dockerfile', Buffer.from('# \xe9\nFROM alpine:3.20\n', 'latin1'))
    expect(uses.map(({ skip, edits, reference }) => [skip?.code, edits, reference === null ? null : formatReference(reference)])).toEqual([
      ['not-utf8', [], 'alpine:3.20'],
    ])
    const utf16 = fileUses('Dockerfile', Buffer.from('\ufeffFROM alpine\n', 'utf16le'))
    expect(utf16.map(({ skip }) => skip?.code)).toEqual(['not-utf8'])
  })

  it('count bytes, not characters', () => {
    const [use] = readUses('# ü€😀\nFROM alpine:3.20 # ü\n'.replace(' # ü', ''))
    expect(use?.span).toEqual([17, 28])
  })

  it.each([
    ['an ARG of 200 KB in pieces', `ARG A=${'x\\\n'.repeat(60_000)}\nFROM a:1\n`],
    ['20,000 continuation lines', `FROM a:1\nRUN a ${'\\\n b '.repeat(20_000)}\n`],
    ['2,000 uses of one ARG', `ARG V=1\n${'FROM a:$V\n'.repeat(1_900)}`],
    ['deep defaults', `FROM ${'${A:-'.repeat(10_000)}\n`],
    ['many quotes', `FROM a:1\nRUN <<${'"\''.repeat(30_000)}\n`],
  ])('hold for %s', (_name, text) => expect(readUses(text).length).toBeGreaterThan(0))
})

describe('reading', () => {
  const word = fc.constantFrom(
    'FROM',
    'COPY --from=',
    'RUN --mount=from=',
    'ARG',
    'A',
    'B=',
    '=',
    '$',
    '${',
    '}',
    ':-',
    '#',
    '%',
    '/',
    '"',
    "'",
    '\\',
    '\n',
    '\r\n',
    ' ',
    '\t',
    '<<',
    'EOF',
    'alpine',
    ':3',
    '@sha256:',
    '# escape=`\n',
    '# syntax=',
    '// syntax=',
    '{',
    '[',
    ']',
    ',',
    'AS',
    'x',
    'ONBUILD ',
    '\ufeff',
    'é',
    '--',
  )
  const soup = fc.array(word, { maxLength: 40 }).map((words) => words.join(''))

  it('never throws, and every span holds its text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          soup,
          soup.map((text) => `FROM a\n${text}`),
          fc.string({ maxLength: 200 }),
        ),
        (text) => {
          const bytes = Buffer.from(text, 'utf8')
          for (const use of fileUses('Dockerfile', bytes)) {
            expect(bytes.toString('utf8', ...use.span)).toBe(use.text)
            for (const { span } of use.edits) expect(span[0] >= 0 && span[1] <= bytes.length && span[0] <= span[1]).toBe(true)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void fileUses('Dockerfile', bytes)),
      { numRuns: 500 },
    )
  })

  it('gives the same for CRLF, a byte order mark and a missing last line end', () => {
    const text = '# syntax=docker/dockerfile:1\nARG V=3.20\nFROM alpine:$V AS a\nRUN <<EOF\nFROM decoy\nEOF\nCOPY --from=nginx:1 \\\n  a b\n'
    const expected = ['docker/dockerfile:1', 'alpine:3.20', 'nginx:1']
    for (const form of [text, text.replaceAll('\n', '\r\n'), `\ufeff${text}`, text.trimEnd()]) expect(references(form)).toEqual(expected)
  })
})
