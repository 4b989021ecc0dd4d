/** What every file format must keep to, on golden cases and on what mutation makes of them. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../src/domain/image/digest.ts'
import { formatReference, tagOrLatest } from '../../src/domain/image/reference.ts'
import type { FileReading, RepoText } from '../../src/domain/repo/file-reading.ts'
import type { ImageUse } from '../../src/domain/repo/image-use.ts'
import { merged, rewrite } from '../../src/domain/repo/rewrite.ts'
import type { FileFormat } from '../../src/formats/file-format.ts'
import { companionPaths, formatFor } from '../../src/formats/index.ts'
import { splice } from '../../src/lib/span.ts'
import { readFiles, usesOf } from '../../src/pipeline/discover/read-files.ts'

/** A small repo, and its name in messages. */
export type FormatCase = { readonly name: string; readonly files: readonly RepoText[] }

/** No image has it. */
const digest = `sha256:${'e'.repeat(64)}` as Digest
const hostile = [
  '\0',
  '\t',
  '\r',
  '\n',
  '\ufeff',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '`',
  '|',
  '>',
  '&a ',
  '*a',
  '<<: ',
  ': ',
  '- ',
  '---\n',
  '${',
  '$$',
  '{{',
  '}}',
  '\\',
  '@sha256:',
  '#',
  '__proto__',
  'image: ',
  'x:1',
  '\xff',
  '/*',
  '//',
  'FROM ',
]

/** Holds `format` to the contract on `cases`, which are repos with files of it. */
export function describeFileFormat(format: FileFormat, cases: readonly FormatCase[]): void {
  const own = cases.flatMap(({ files }) => files.filter(({ path }) => formatFor(path) === format).map((file) => ({ file, files })))
  const readAlone = (file: RepoText, files: readonly RepoText[]) => {
    const companions = files.filter(({ path }) => companionPaths(format, file.path).includes(path))
    return format.read(file, { companions, builds: [] })
  }

  describe(`the format ${format.id}`, () => {
    it('has cases', () => expect(own.length).toBeGreaterThan(0))

    it('gives spans that hold their text, on their lines, in order, each outcome once', () => {
      for (const { file, files } of own) check(file, files, readAlone(file, files).uses, format)
    })

    it('says beforehand of no file that it can hold nothing which then holds something', () => {
      for (const { file, files } of own)
        if (!format.mayHold(file.bytes)) expect({ path: file.path, found: foundIn(readAlone(file, files)) }).toEqual({ path: file.path, found: [] })
    })

    it('reads back what is written, and writes no other byte', async () => {
      for (const { name, files } of cases) await roundTrip(name, files)
    })

    it('reads anything that mutation makes of the cases, totally, and is as exact there', () => {
      if (own.length === 0) return
      const mutation = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat({ max: 12 }), put: fc.constantFrom('', ...hostile) })
      fc.assert(
        fc.property(fc.constantFrom(...own), fc.array(mutation, { minLength: 1, maxLength: 4 }), ({ file, files }, mutations) => {
          const mutated = { path: file.path, bytes: mutations.reduce<Uint8Array>(mutate, file.bytes) }
          const reading = readAlone(mutated, files)
          check(mutated, files, reading.uses, format)
          if (!format.mayHold(mutated.bytes)) expect(foundIn(reading)).toEqual([])
        }),
        { numRuns: 400 },
      )
    })

    it('takes any bytes', () => {
      const [first] = own
      if (first === undefined) return
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => check({ ...first.file, bytes }, [], readAlone({ ...first.file, bytes }, []).uses, format)),
      )
    })

    it.each<[what: string, text: string]>([
      ['a line of 2 MB', `image: ${'x'.repeat(2_000_000)}`],
      ['nesting 10,000 deep', `image: ${'{"image":['.repeat(10_000)}`],
      ['zero bytes', 'image: \0\nFROM \0\n'],
      ['what is not UTF-8', 'image: a:1 # \xff\nFROM a:1\n'],
    ])('answers on %s', (_what, text) => {
      const [first] = own
      const file = { path: first?.file.path ?? 'x', bytes: Buffer.from(text, 'latin1') }
      const { uses } = readAlone(file, [])
      check(file, [], uses, format)
      if (text.includes('\xff')) for (const use of uses) expect(use.skip).not.toBeNull()
    })
  })
}

/** What a file says of images and builds; that it cannot be read is nothing of this. */
function foundIn({ uses, builds }: FileReading): readonly unknown[] {
  return [...uses.filter(({ skip }) => !['invalid-syntax', 'template', 'too-large', 'refused-by-buildkit'].includes(skip?.code ?? '')), ...builds]
}

function mutate(bytes: Uint8Array, { at, cut, put }: { at: number; cut: number; put: string }): Uint8Array {
  const start = Math.floor(at * bytes.length)
  return splice(bytes, [{ span: [start, Math.min(bytes.length, start + cut)], text: put }])
}

function check(file: RepoText, files: readonly RepoText[], uses: readonly ImageUse[], format: FileFormat): void {
  const bytes = Buffer.from(file.bytes)
  const lengthOf = (path: string): number => (path === file.path ? bytes.length : (files.find((one) => one.path === path)?.bytes.length ?? -1))
  let last = 0
  for (const use of uses) {
    expect(use).toMatchObject({ file: file.path, format: format.id })
    expect(bytes.toString('utf8', ...use.span)).toBe(use.text)
    expect(bytes.subarray(0, use.span[0]).toString('latin1').split('\n')).toHaveLength(use.line)
    expect(use.span[0]).toBeGreaterThanOrEqual(last)
    last = use.span[0]
    if (use.skip !== null) expect(use.edits).toEqual([])
    for (const { file: edited, span } of use.edits) {
      expect(0 <= span[0] && span[0] <= span[1] && span[1] <= lengthOf(edited)).toBe(true)
    }
  }
  const outcomes = uses.map((use) => JSON.stringify([use.span, use.role, use.stage, use.platform, use.reference, use.skip, use.edits]))
  expect(new Set(outcomes).size).toBe(outcomes.length)
}

/** Every use that can be moved is given the digest: read again it has it, and between the edits nothing changed. */
async function roundTrip(name: string, files: readonly RepoText[]): Promise<void> {
  const read = (texts: readonly RepoText[]) => readFiles(async (format, file, surroundings) => format.read(file, surroundings), texts)
  const before = usesOf(await read(files))
  const target = (use: ImageUse) => ({ tag: use.reference === null || use.reference.digest !== null ? null : tagOrLatest(use.reference), digest })
  const replacements = merged(before.flatMap((use) => rewrite(use, target(use)))) ?? []
  const after = files.map(({ path, bytes }) => ({
    path,
    bytes: splice(
      bytes,
      replacements.filter((one) => one.file === path),
    ),
  }))
  const written = usesOf(await read(after))
  const moved = (use: ImageUse) => {
    const bare = use.reference
    if (bare === null) return null
    return rewrite(use, target(use)).length === 0
      ? formatReference(bare)
      : formatReference({ ...bare, tag: bare.digest === null ? tagOrLatest(bare) : bare.tag, digest })
  }
  expect({ name, uses: written.map(({ reference }) => (reference === null ? null : formatReference(reference))) }).toEqual({ name, uses: before.map(moved) })
  for (const [index, { path, bytes }] of files.entries()) {
    let at = 0
    let there = 0
    const now = Buffer.from(after[index]?.bytes ?? [])
    const mine = replacements.filter((one) => one.file === path).sort((a, b) => a.span[0] - b.span[0])
    for (const { span, text } of [...mine, { span: [bytes.length, bytes.length] as const, text: '' }]) {
      expect(now.subarray(there, there + span[0] - at).equals(bytes.subarray(at, span[0]))).toBe(true)
      there += span[0] - at + Buffer.byteLength(text)
      at = span[1]
    }
    expect(there).toBe(now.length)
  }
}
