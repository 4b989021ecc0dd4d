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
