/** Writing moves: into the file that holds the bytes, and nowhere when what was looked at has changed. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readFolder } from '../../../src/app/local-uses.ts'
import type { ScannedUse } from '../../../src/app/scan.ts'
import { writeMoves } from '../../../src/app/write-moves.ts'
import { formatReference } from '../../../src/domain/image/reference.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'underpin-moves-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
  writeFileSync(path.join(dir, name), text)
}
const get = (name: string): string => readFileSync(path.join(dir, name), 'utf8')

const [old, next] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`]

/** The uses of the folder, each decided to move to the digest `next`. */
async function decided(): Promise<readonly ScannedUse[]> {
  const { uses } = await readFolder(dir)
  return uses.map((use) => {
    const to = use.reference === null ? null : formatReference(use.reference).replace(old, next)
    return { use, key: null, upstream: null, decision: { kind: 'update', to, reasons: [], until: null } as unknown as ScannedUse['decision'] }
  })
}

const repo = (): void => {
  put('a/compose.yml', 'services:\n  db: {image: "db:${DB}"}\n  web: {build: {context: ., args: {BASE: web:1@' + old + '}}}\n')
  put('a/.env', `DB=1@${old} # ours\n`)
  put('a/Dockerfile', 'ARG BASE=x\nFROM $BASE\n')
  put('b/Dockerfile', `FROM b:1@${old}\n`)
}

it('writes into the file whose bytes say so, and leaves the others as they are', async () => {
  repo()
  const before = ['a/compose.yml', 'a/.env', 'a/Dockerfile', 'b/Dockerfile'].map((name) => [name, get(name)] as const)
  const { written, problems } = await writeMoves(dir, await decided())
  expect({ written: [...written].sort(), problems }).toEqual({ written: ['a/.env', 'a/compose.yml', 'b/Dockerfile'], problems: [] })
  for (const [name, text] of before) expect([name, get(name)]).toEqual([name, text.replaceAll(old, next)])
})

it.each([
  ['a/.env', `DB=2@${old}\n`, ['a/.env', 'a/compose.yml']],
  ['a/compose.yml', 'services: {}\n', ['a/.env', 'a/compose.yml']],
  ['a/Dockerfile', 'ARG BASE=y\nFROM $BASE AS z\nFROM z\n', ['a/compose.yml']],
])('writes nothing where %s changed meanwhile, nor into files that it speaks of', async (name, text, kept) => {
  repo()
  const uses = await decided()
  put(name, text)
  const before = kept.map((file) => get(file))
  const { written, problems } = await writeMoves(dir, uses)
  expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual(kept)
  expect(kept.map((file) => get(file))).toEqual(before)
  expect(written).toContain('b/Dockerfile')
})
