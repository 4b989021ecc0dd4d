/** The command `refs`, by the contract of its output. */
import { Command } from 'commander'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { registerRefs } from '../../../../src/app/cli/refs.ts'
import { skipCodes } from '../../../../src/domain/repo/image-use.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'underpin-refs-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  rmSync(dir, { recursive: true })
})

async function refs(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const written = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.err += String(text)), true))
  const program = new Command()
  registerRefs(program)
  await program.parseAsync(['refs', ...args], { from: 'user' })
  const code = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  vi.restoreAllMocks()
  return { ...written, code }
}

const put = (name: string, text: string): string => {
  const file = path.join(dir, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

describe('refs', () => {
  it('prints the example of the contract', async () => {
    const file = put('Dockerfile', `ARG PY=3.12\n${'#'.repeat(23)}\nFROM python:\${PY}-slim AS build\nFROM build\n`)
    const { out, code } = await refs('--json', file)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([
      {
        file,
        line: 3,
        span: [41, 58],
        format: 'dockerfile',
        role: 'stage',
        stage: 'build',
        inFinal: true,
        text: 'python:${PY}-slim',
        reference: 'python:3.12-slim',
        imageName: 'docker.io/library/python',
        tag: '3.12-slim',
        digest: null,
        platform: null,
        builtFor: [],
        edits: [{ file, span: [7, 11], sets: 'tag' }],
        skip: null,
      },
    ])
  })

  it('lists the files of a folder with paths relative to it', async () => {
    put('b/Dockerfile', 'FROM b:1\n')
    put('a/api.dockerfile', 'FROM a:1\n')
    put('a/notes.txt', 'FROM c:1\n')
    const { out } = await refs('--json', dir)
    expect(JSON.parse(out).map((use: { file: string; reference: string }) => [use.file, use.reference])).toEqual([
      ['a/api.dockerfile', 'a:1'],
      ['b/Dockerfile', 'b:1'],
    ])
  })

  it('reads a named file whatever its name', async () => {
    expect(JSON.parse((await refs('--json', put('build.txt', 'FROM a:1\n'))).out)).toHaveLength(1)
  })

  const references = (out: string) =>
    JSON.parse(out).map((use: { file: string; reference: string }) => `${path.relative(dir, path.resolve(dir, use.file))} ${use.reference}`)

  it('reads a named file whose name says nothing as what it looks like', async () => {
    const pod = put('pod.txt', 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a:1\n')
    const { out } = await refs('--json', pod, put('build.txt', 'FROM b:1\n'))
    expect(references(out)).toEqual(['pod.txt a:1', 'build.txt b:1'])
  })

  it('reads what stands beside a file, and files that are named together as one repo', async () => {
    put('.env', 'TAG=2\n')
    const composed = put('compose.yml', 'services:\n  a:\n    image: a:${TAG}\n  b:\n    build: {context: ., args: {V: "9"}}\n')
    const built = put('Dockerfile', 'ARG V=1\nFROM b:$V\n')
    const { out } = await refs('--json', composed, built)
    expect(references(out)).toEqual(['compose.yml a:2', 'Dockerfile b:9'])
    expect(JSON.parse(out)[0].edits[0].file).toBe(path.join(dir, '.env'))
    expect(references((await refs('--json', dir)).out)).toEqual(['Dockerfile b:9', 'compose.yml a:2'])
  })

  it('a file that kills its parser is skipped, and the others are read', async () => {
    put('b/compose.yml', `services: {a: {image: 'a:1'}}\n# image\n${'---\n- image: {a: [b, c], d: e}\n'.repeat(19_000)}`)
    put('c/compose.yml', 'services: {a: {image: "c:1"}}\n')
    put('Dockerfile', 'FROM b:1\n')
    const { out, code } = await refs('--json', dir)
    expect(references(out)).toContain('Dockerfile b:1')
    expect(references(out)).toContain('c/compose.yml c:1')
    expect([0, 2]).toContain(code)
  })

  it('exits 2 and names what cannot be read, printing the rest', async () => {
    const gone = path.join(dir, 'gone')
    const { out, err, code } = await refs('--json', gone, put('Dockerfile', 'FROM a:1\n'))
    expect(code).toBe(2)
    expect(err).toContain(gone)
    expect(JSON.parse(out)).toHaveLength(1)
  })

  it('exits 2 without a path', async () => expect((await refs()).code).toBe(2))

  it('lists the skip codes', async () => {
    expect(Object.keys(JSON.parse((await refs('--codes', '--json')).out))).toEqual(Object.keys(skipCodes))
    expect((await refs('--codes')).out).toContain('unresolved-variable')
  })

  it('prints a table for people, without control characters of the file', async () => {
    const { out } = await refs(put('Dockerfile', 'FROM a:1\nFROM ${X}\u001b[31m\n'))
    expect(out).toContain('a:1')
    expect(out).toContain('unresolved-variable')
    expect(out).not.toContain('\u001b')
  })

  it('reports a file that is too large without reading all of it', async () => {
    const { out, code } = await refs('--json', put('Dockerfile', 'FROM a:1\n'.repeat(1_200_000)))
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject([{ reference: null, skip: { code: 'too-large' } }])
  })
})
