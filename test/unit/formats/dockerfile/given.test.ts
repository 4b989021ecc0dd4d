/** Build arguments and contexts that other files give: which reference counts, and where it is written. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { build, given, giver, moved, told, usesWith } from './given-builds.ts'
import { fileUses } from '../../../support/file-uses.ts'

const dockerfile = 'ARG VERSION=3.20\nFROM alpine:${VERSION}\n'

test('a given value beats the default, and the place that gives it is what would change', () => {
  const by = giver()
  const uses = usesWith(dockerfile, [build(by, { args: [given(by, 'VERSION', '3.21')] })])

  expect(told(uses)).toEqual(['2 final alpine:3.21 [compose.yml tag, compose.yml pin]'])
  expect(uses[0]).toMatchObject({ file: 'Dockerfile', text: 'alpine:${VERSION}', span: [22, 39], tagFromArgument: true })
  expect(
    moved(
      new Map([
        ['Dockerfile', dockerfile],
        ['compose.yml', by.lines.join('\n')],
      ]),
      uses,
    ),
  ).toEqual(
    new Map([
      ['Dockerfile', dockerfile],
      ['compose.yml', `3.21@sha256:${'e'.repeat(64)}`],
    ]),
  )
})

test('the default counts too where one of the builds does not give the argument', () => {
  const by = giver()
  const builds = [build(by, { args: [given(by, 'VERSION', '3.21')] }), build(by, { line: 9 })]

  expect(told(usesWith(dockerfile, builds))).toEqual([
    '2 final alpine:3.21 [compose.yml tag, compose.yml pin]',
    '2 final alpine:3.20 [Dockerfile tag, Dockerfile pin]',
  ])
})

test('builds that give it differently are a use each; those alike are one', () => {
  const by = giver()
  const [a, b] = [given(by, 'VERSION', '3.21'), given(by, 'VERSION', '3.19')]
  const builds = [build(by, { args: [a] }), build(by, { line: 2, args: [b] }), build(by, { line: 3, args: [a] })]

  expect(told(usesWith(dockerfile, builds))).toEqual([
    '2 final alpine:3.21 [compose.yml tag, compose.yml pin]',
    '2 final alpine:3.19 [compose.yml tag, compose.yml pin]',
  ])
})

test('a pin beside an ARG is for one tag only, also where it was to stand in the ARG', () => {
  const pins = (text: string, ...values: readonly string[]) => {
    const by = giver()
    const builds = values.map((value, line) => build(by, { line, args: [given(by, 'V', value)] }))
    return usesWith(text, builds).map(({ edits, skip }) => skip?.code ?? edits.map(({ file, sets }) => `${file} ${sets}`).join(', '))
  }
  const again = 'ARG V=1\nFROM alpine:$V\nARG V\n'
  const beside = 'ARG V=1\nFROM alpine:${V}-x\n'
  const pinned = `ARG V=1\nFROM alpine:$V@sha256:${'a'.repeat(64)}\n`

  expect(pins(again, '3.20')).toEqual(['Dockerfile pin, compose.yml tag'])
  expect(pins(again, '3.20', '3.21')).toEqual(['compose.yml tag', 'compose.yml tag'])
  expect(pins(beside, '3.20')).toEqual(['Dockerfile pin, compose.yml tag'])
  expect(pins(beside, '3.20', '3.21')).toEqual(['compose.yml tag', 'compose.yml tag'])
  expect(pins(beside, '3.20', '3.20')).toEqual(['Dockerfile pin, compose.yml tag', 'Dockerfile pin, compose.yml tag'])
  expect(pins(pinned, '3.20')).toEqual(['Dockerfile digest, compose.yml tag'])
  expect(pins(pinned, '3.20', '3.21')).toEqual(['shared-argument', 'shared-argument'])
})

test('a mirror shares tag and digest with the image that it mirrors, and another tag does not', () => {
  const by = giver()
  const text = 'ARG R=docker.io\nARG T=3.20\nFROM $R/alpine:$T\n'
  const builds = [build(by, { line: 1 }), build(by, { line: 2, args: [given(by, 'R', 'mirror.example')] })]

  expect(told(usesWith(text, builds))).toEqual([
    '3 final docker.io/alpine:3.20 [Dockerfile tag, Dockerfile pin]',
    '3 final mirror.example/alpine:3.20 [Dockerfile tag, Dockerfile pin]',
  ])
})

test('a value known only when it runs is told with the place that gives it', () => {
  const by = giver('.github/workflows/ci.yml')
  const [use] = usesWith(dockerfile, [build(by, { args: [given(by, 'VERSION', null)] })])

  expect(use?.reference).toBe(null)
  expect(use?.skip).toEqual({
    code: 'argument-given-elsewhere',
    message: '.github/workflows/ci.yml:1 gives VERSION a value that is known only when it runs: the default in this file is not what gets built',
  })
})

test('several builds whose values are known only when they run are told at once', () => {
  const builds = ['a.yml', 'b.yml'].map((file) => {
    const by = giver(file)
    return build(by, { args: [given(by, 'VERSION', null)], contexts: [{ name: file, value: null, line: 1 }] })
  })
  const uses = usesWith(dockerfile, builds)

  expect(uses).toHaveLength(1)
  expect(uses[0]?.skip?.message).toMatch(/^a\.yml:1 gives VERSION .*; b\.yml:1 gives VERSION .*not what gets built$/)
})

describe('what depends on a value that is known only when it runs', () => {
  test.each(['$VERSION', '${VERSION:-3}', '${VERSION-3}', '${VERSION:+3}', '${VERSION%.*}', '${VERSION/a/b}', '3${VERSION}'])('%s', (word) => {
    const by = giver()
    expect(told(usesWith(`ARG VERSION=1\nFROM alpine:${word}\n`, [build(by, { args: [given(by, 'VERSION', null)] })]))).toEqual([
      '2 final - [] (argument-given-elsewhere)',
    ])
  })

  test('also through another ARG, and the rest of the file is read as ever', () => {
    const by = giver()
    const text = 'ARG V=1\nARG TAG=${V}-slim\nFROM node:$TAG AS a\nFROM alpine:3.20\nCOPY --from=a / /\n'

    expect(told(usesWith(text, [build(by, { args: [given(by, 'V', null)] })]))).toEqual([
      '3 stage - [] (argument-given-elsewhere)',
      '4 final alpine:3.20 [Dockerfile tag, Dockerfile pin]',
    ])
  })
})

describe('as BuildKit has it', () => {
  const read = (text: string, name: string, value: string): readonly string[] => {
    const by = giver()
    return told(usesWith(text, [build(by, { args: [given(by, name, value)] })]))
  }

  test('an argument that the file does not declare above FROM changes nothing', () => {
    expect(read('FROM alpine:3.20\nARG V=1\n', 'V', '2')).toEqual(['1 final alpine:3.20 [Dockerfile tag, Dockerfile pin]'])
  })

  test('one without a default gets its value', () => {
    expect(read('ARG BASE\nFROM $BASE\n', 'BASE', 'alpine:3.20')).toEqual(['2 final alpine:3.20 [compose.yml tag, compose.yml pin]'])
  })

  test('one that is declared twice has the given value both times', () => {
    expect(read('ARG V=1\nARG V=2\nFROM alpine:$V\n', 'V', '3')).toEqual(['3 final alpine:3 [compose.yml tag, compose.yml pin]'])
  })

  test('a given value is not expanded', () => {
    expect(read('ARG A=1\nARG V=1\nFROM alpine:$V\n', 'V', '$A')).toEqual(['3 final - [] (invalid-reference)'])
  })

  test('a value that asks for a build argument has it', () => {
    expect(read('ARG V=${W?needed}\nFROM alpine:3.20\n', 'V', '1')).toEqual(['2 final alpine:3.20 [Dockerfile tag, Dockerfile pin]'])
  })

  test('names are read with their case', () => {
    expect(read(dockerfile, 'version', '3.21')).toEqual(['2 final alpine:3.20 [Dockerfile tag, Dockerfile pin]'])
  })

  test('the platform arguments can be given without being declared', () => {
    expect(read('FROM alpine-$TARGETARCH:3.20\n', 'TARGETARCH', 'arm64')).toEqual(['1 final alpine-arm64:3.20 [Dockerfile tag, Dockerfile pin]'])
  })

  test('an empty value is a value', () => {
    expect(read('ARG SUFFIX=-slim\nFROM node:22$SUFFIX\n', 'SUFFIX', '')).toEqual(['2 final node:22 [Dockerfile tag, Dockerfile pin]'])
  })

  test('BUILDKIT_SYNTAX takes the place of the frontend', () => {
    expect(read('# syntax=docker/dockerfile:1.7\nFROM scratch\n', 'BUILDKIT_SYNTAX', 'docker/dockerfile:1.9')).toEqual([
      '1 syntax docker/dockerfile:1.9 [compose.yml tag, compose.yml pin]',
    ])
  })

  test('a given name of a stage is a stage', () => {
    expect(read('ARG BASE=prod\nFROM alpine:3.20 AS dev\nFROM debian:12 AS prod\nFROM $BASE\n', 'BASE', 'dev')).toEqual([
      '2 stage alpine:3.20 [Dockerfile tag, Dockerfile pin]',
      '3 stage debian:12 [Dockerfile tag, Dockerfile pin]',
    ])
  })
})

test('a value of several runs is edited piece by piece, and what stands nowhere is left alone', () => {
  const value = { text: 'mirror.example/alpine:3.20', runs: [{ from: 22, file: '.env', span: [8, 12] as const }] }
  const [use] = usesWith('ARG BASE\nFROM $BASE\n', [build(giver(), { args: [{ name: 'BASE', value, line: 4 }] })])

  expect(use?.edits).toEqual([{ file: '.env', span: [8, 12], sets: 'tag' }])
})

describe('targets', () => {
  const two = 'ARG A=1\nARG B=1\nFROM alpine:$A AS api\nFROM debian:$B AS web\n'

  test('what a build does not need is no business of its arguments', () => {
    const by = giver()
    const builds = [build(by, { target: 'api', args: [given(by, 'A', '2')] }), build(by, { target: 'web', args: [given(by, 'B', '12')] })]

    expect(told(usesWith(two, builds))).toEqual(['3 stage alpine:2 [compose.yml tag, compose.yml pin]', '4 final debian:12 [compose.yml tag, compose.yml pin]'])
  })

  test('a stage that no build needs is read as it stands', () => {
    const by = giver()

    expect(told(usesWith(two, [build(by, { target: 'API', args: [given(by, 'A', '2'), given(by, 'B', '3')] })]))).toEqual([
      '3 final alpine:2 [compose.yml tag, compose.yml pin]',
      '4 stage debian:1 [Dockerfile tag, Dockerfile pin]',
    ])
  })

  test('a stage is needed that is copied from, mounted or built on', () => {
    const by = giver()
    const text = 'ARG V=1\nFROM a:$V AS one\nFROM b:$V AS two\nFROM c:$V AS three\nFROM one\nCOPY --from=1 / /\nRUN --mount=from=Three true\nFROM d:$V\n'

    expect(
      told(usesWith(text, [build(by, { args: [given(by, 'V', '2')], target: 'x' }), build(by, { args: [given(by, 'V', '3')] })])).map(
        (line) => line.split(' [')[0],
      ),
    ).toEqual(['2 stage a:1', '3 stage b:1', '4 stage c:1', '8 final d:2', '8 final d:3'])
    const named = text.replace('FROM one\n', 'FROM one AS x\n')
    expect(told(usesWith(named, [build(by, { args: [given(by, 'V', '2')], target: 'x' })])).map((line) => line.split(' [')[0])).toEqual([
      '2 stage a:2',
      '3 stage b:2',
      '4 stage c:2',
      '8 stage d:1',
    ])
  })

  test('the stage that all builds make is what the final image is', () => {
    const uses = usesWith('FROM alpine:3 AS a\nFROM a AS b\nFROM debian:12\n', [build(giver(), { target: 'b' }), build(giver(), { line: 2, target: 'b' })])
    expect(uses.map(({ role, inFinal }) => [role, inFinal])).toEqual([
      ['stage', true],
      ['stage', false],
    ])
  })
})

describe('named contexts', () => {
  const context = (name: string, value: 'image' | 'folder', line = 7) => ({ name, value: value === 'image' ? { text: 'debian:12', runs: [] } : null, line })
  const told1 = (text: string, ...contexts: ReturnType<typeof context>[]) => told(usesWith(text, [build(giver(), { contexts })]))

  test.each(['alpine', 'alpine:latest', 'docker.io/library/alpine', 'library/alpine'])('%s takes the place of that base', (name) => {
    const [use] = usesWith('FROM docker.io/library/alpine\n', [build(giver(), { contexts: [context(name, 'image')] })])
    expect(use?.skip).toEqual({
      code: 'argument-given-elsewhere',
      message: 'compose.yml:7 gives a context in place of docker.io/library/alpine: the default in this file is not what gets built',
    })
    expect(use?.reference).toBe(null)
  })

  test('another tag is another name', () => {
    expect(told1('FROM alpine:3.20\n', context('alpine', 'image'))).toEqual(['1 final alpine:3.20 [Dockerfile tag, Dockerfile pin]'])
    expect(told1('FROM alpine:3.20\n', context('alpine:3.20', 'folder'))).toEqual(['1 final - [] (argument-given-elsewhere)'])
  })

  test('it takes the place of what is copied from or mounted, and a plain name is the context and no image', () => {
    const file = (some: string, other: string) => `FROM scratch\nCOPY --from=${some} / /\nRUN --mount=from=${other} true\n`
    expect(told1(file('assets', 'tools'), context('assets', 'folder'), context('tools', 'image'))).toEqual([])
    expect(told1(file('nginx:1', 'acme/tools'), context('nginx:1', 'folder'), context('acme/tools', 'image'))).toEqual([
      '2 copy-from - [] (argument-given-elsewhere)',
      '3 mount-from - [] (argument-given-elsewhere)',
    ])
  })

  test('it takes the place of a whole stage of that name, and of what that stands on', () => {
    const text = 'FROM golang:1.22 AS base\nFROM base AS build\nCOPY --from=nginx:1 / /\nFROM build\n'
    expect(told1(text, context('build', 'image'))).toEqual([
      '1 stage golang:1.22 [Dockerfile tag, Dockerfile pin]',
      '3 copy-from - [] (argument-given-elsewhere)',
    ])
    expect(usesWith(text, [build(giver(), { contexts: [context('build', 'image')] })])[0]?.inFinal).toBe(false)
  })

  test('scratch is scratch', () => {
    expect(told1('FROM scratch\n', context('scratch', 'image'))).toEqual([])
  })
})

test('more ways than twenty are told, and the first twenty read', () => {
  const by = giver()
  const builds = Array.from({ length: 30 }, (_, i) => build(by, { line: i + 1, args: [given(by, 'VERSION', `3.${i}`)] }))
  const uses = usesWith(dockerfile, builds)

  expect(uses.filter(({ skip }) => skip === null)).toHaveLength(20)
  expect(uses.filter(({ skip }) => skip !== null).map(({ skip }) => skip)).toEqual([
    { code: 'too-large', message: 'other files declare 30 ways to build this file; the first 20 of them are read' },
  ])
})

test('arguments that have no say in the images make no ways', () => {
  const by = giver()
  const builds = Array.from({ length: 30 }, (_, i) => build(by, { line: i + 1, args: [given(by, 'REVISION', `${i}`)] }))

  expect(told(usesWith(`ARG REVISION=x\n${dockerfile}ARG REVISION\n`, builds))).toEqual(['3 final alpine:3.20 [Dockerfile tag, Dockerfile pin]'])
})

test('a file that cannot be built in one of its ways is read in the others', () => {
  const by = giver()
  const builds = [build(by, { args: [given(by, 'A', 'x')] }), build(by, { line: 2 })]

  expect(told(usesWith('ARG A=${\nFROM alpine:$A\n', builds))).toEqual([
    '1 stage - [] (refused-by-buildkit)',
    '2 final alpine:x [compose.yml tag, compose.yml pin]',
  ])
})

describe('for all values', () => {
  const tag = fc.stringMatching(/^[0-9]\.[0-9]{1,2}(-slim)?$/)
  const shape = fc.constantFrom('FROM alpine:$V\n', 'FROM alpine:${V}-x AS a\nFROM a\n', 'FROM alpine:${V:-9}\nARG V\n', 'FROM alpine:3.20\n')

  test('a build that gives an ARG its own default changes nothing but where the edits point', () => {
    fc.assert(
      fc.property(tag, shape, (value, rest) => {
        const text = `ARG V=${value}\n${rest}`
        const by = giver()
        const plain = fileUses('Dockerfile', text)
        const uses = usesWith(text, [build(by, { args: [given(by, 'V', value)] })])
        const bare = (list: typeof uses) => list.map((use) => ({ ...use, edits: [] }))
        expect(bare(uses)).toEqual(bare(plain))
        expect(uses.map(({ edits }) => edits.map(({ sets }) => sets).sort())).toEqual(plain.map(({ edits }) => edits.map(({ sets }) => sets).sort()))
      }),
    )
  })

  test('the order of the builds does not matter', () => {
    const values = fc.array(fc.record({ value: fc.option(tag), line: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(values, shape, fc.integer({ min: 1, max: 7 }), (list, rest, turn) => {
        const by = giver()
        const builds = list.map(({ value, line }) => build(by, { line, args: [given(by, 'V', value)] }))
        const turned = [...builds.slice(turn % builds.length), ...builds.slice(0, turn % builds.length)]
        expect(usesWith(`ARG V=1\n${rest}`, turned)).toEqual(usesWith(`ARG V=1\n${rest}`, builds))
      }),
    )
  })

  test('reading never throws', () => {
    const word = fc.constantFrom('a', '$V', ':', '@', '\n', '${', '}', 'x:1', '', 'é', ' ')
    const value = fc.array(word, { maxLength: 6 }).map((words) => words.join(''))
    fc.assert(
      fc.property(value, value, fc.option(value), (text, name, content) => {
        const by = giver()
        const builds = [build(by, { args: [given(by, 'V', content), given(by, name, content)], contexts: [{ name, value: null, line: 1 }], target: name })]
        usesWith(`ARG V=1\nFROM alpine:$V AS a\nFROM ${text}\nCOPY --from=${name} a b\n`, builds)
      }),
      { numRuns: 500 },
    )
  })
})
