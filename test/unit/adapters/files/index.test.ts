/** Reading local files: bounded, ordered, and never by a link out of the folder. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listFiles, readAtMostBytes, readLocalFile } from '../../../../src/adapters/files/index.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'underpin-files-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const put = (name: string, text = name): void => {
  mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
  writeFileSync(path.join(dir, name), text)
}

const wanted = () => listFiles(dir, (candidate) => candidate.endsWith('f'))

describe('listFiles', () => {
  it('gives the wanted files ordered by path, without .git, node_modules and links', async () => {
    for (const name of ['b/f', 'a/z/f', 'a/f', 'f', 'a.f', 'a/g', '.git/f', 'x/node_modules/f']) put(name)
    symlinkSync(path.join(dir, 'a'), path.join(dir, 'link'))
    symlinkSync('/etc/hostname', path.join(dir, 'link.f'))
    expect(await wanted()).toEqual({ paths: ['a.f', 'a/f', 'a/z/f', 'b/f', 'f'], problems: [] })
  })

  it('says that a folder cannot be read', async () => {
    rmSync(dir, { recursive: true })
    expect(await wanted()).toEqual({ paths: [], problems: [expect.stringMatching(/^\.: ENOENT/)] })
    mkdirSync(dir)
  })
})

describe('readLocalFile', () => {
  it('reads no more than its bound', async () => {
    put('large', 'x'.repeat(readAtMostBytes + 100))
    const file = await readLocalFile(path.join(dir, 'large'))
    expect(file.kind === 'file' && file.bytes.length).toBe(readAtMostBytes)
  })

  it('does not wait for a pipe and names what is missing', async () => {
    execFileSync('mkfifo', [path.join(dir, 'pipe')])
    expect(await readLocalFile(path.join(dir, 'pipe'))).toMatchObject({ kind: 'unreadable', problem: 'not a regular file' })
    expect(await readLocalFile(path.join(dir, 'gone'), 'gone')).toMatchObject({ kind: 'unreadable', path: 'gone', isAbsent: true })
  })
})
