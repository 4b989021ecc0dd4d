/** The golden cases of all formats: `before/` is a small repo, `uses.json` what it names, `after/` the same once each use that can be moved has a digest. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../src/domain/image/digest.ts'
import { formatReference, tagOrLatest } from '../../../src/domain/image/reference.ts'
import type { RepoText } from '../../../src/domain/repo/file-reading.ts'
import { merged, rewrite } from '../../../src/domain/repo/rewrite.ts'
import { splice } from '../../../src/lib/span.ts'
import { readFiles, usesOf } from '../../../src/pipeline/discover/read-files.ts'

const root = path.resolve(import.meta.dirname, '../../cases/formats')
/** No image has it. */
const digest = `sha256:${'e'.repeat(64)}` as Digest

const filesIn = (folder: string): readonly RepoText[] =>
  !existsSync(folder)
    ? []
    : readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .sort()
        .map((file) => ({ path: path.relative(folder, file), bytes: readFileSync(file) }))

const read = (files: readonly RepoText[]) => readFiles(async (format, file, surroundings) => format.read(file, surroundings), files)

const names = readdirSync(root, { withFileTypes: true }).flatMap((format) =>
  format.isDirectory() ? readdirSync(path.join(root, format.name)).map((name) => `${format.name}/${name}`) : [],
)

describe.each(names)('%s', (name) => {
  const folder = path.join(root, name)
  const before = filesIn(path.join(folder, 'before'))
  const bytesOf = (file: string): Buffer => Buffer.from(before.find((one) => one.path === file)?.bytes ?? [])

  it('names these images', async () => {
    const uses = usesOf(await read(before)).map((use) => ({
      at: `${use.file}:${use.line}`,
      role: use.role,
      text: use.text,
      reference: use.reference === null ? null : formatReference(use.reference),
      ...(use.platform === null ? {} : { platform: use.platform }),
      ...(use.builtFor.length === 0 ? {} : { builtFor: use.builtFor }),
      edits: use.edits.map(({ file, span, sets }) => `${file}: ${sets} "${bytesOf(file).toString('utf8', ...span)}" at ${span[0]}`),
      ...(use.skip === null ? {} : { skip: use.skip.code }),
    }))
    expect(uses).toEqual(JSON.parse(readFileSync(path.join(folder, 'uses.json'), 'utf8')))
  })

  it('holds each text at its span and on its line', async () => {
    for (const use of usesOf(await read(before))) {
      expect(bytesOf(use.file).toString('utf8', ...use.span)).toBe(use.text)
      expect(bytesOf(use.file).subarray(0, use.span[0]).toString('latin1').split('\n').length).toBe(use.line)
    }
  })

  it('becomes this, and after that nothing is left to write', async () => {
    const uses = usesOf(await read(before))
    const target = (use: (typeof uses)[number]) => ({
      tag: use.reference === null || use.reference.digest !== null ? null : tagOrLatest(use.reference),
      digest,
    })
    const replacements = merged(uses.flatMap((use) => rewrite(use, target(use)))) ?? []
    const after = before.map(({ path: file, bytes }) => ({
      path: file,
      bytes: splice(
        bytes,
        replacements.filter((one) => one.file === file),
      ),
    }))
    const changed = after.filter(({ bytes }, index) => !Buffer.from(bytes).equals(before[index]?.bytes ?? Buffer.alloc(0)))
    const text = (files: readonly RepoText[]) => Object.fromEntries(files.map((file) => [file.path, Buffer.from(file.bytes).toString('latin1')]))
    expect(text(changed)).toEqual(text(filesIn(path.join(folder, 'after'))))
    const again = usesOf(await read(after)).flatMap((use) => rewrite(use, { tag: null, digest }))
    expect(again).toEqual([])
  })
})

it('states many rules', () => expect(names.length).toBeGreaterThan(0))
