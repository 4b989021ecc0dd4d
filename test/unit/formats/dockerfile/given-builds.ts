/** Declared builds written by hand for tests: values are found in the text of the file that gives them. */
import type { DeclaredBuild, GivenValue, WrittenText } from '../../../../src/domain/repo/declared-build.ts'
import { formatReference } from '../../../../src/domain/image/reference.ts'
import type { Digest } from '../../../../src/domain/image/digest.ts'
import type { ImageUse } from '../../../../src/domain/repo/image-use.ts'
import { merged, rewrite } from '../../../../src/domain/repo/rewrite.ts'
import { splice } from '../../../../src/lib/span.ts'
import { readFile } from '../../../support/file-uses.ts'

/** The text of `compose.yml` that the values of a build stand in: one line for each. */
export type Giver = { readonly file: string; readonly lines: string[] }

/** A giver without lines. */
export function giver(file = 'compose.yml'): Giver {
  return { file, lines: [] }
}

/** A value on a line of its own in the giver; null is known only when it runs. */
export function given(by: Giver, name: string, value: string | null): GivenValue {
  const start = Buffer.byteLength(by.lines.map((line) => `${line}\n`).join(''))
  by.lines.push(value ?? '${{ x }}')
  const text = value === null ? null : Buffer.from(value).toString('latin1')
  const written: WrittenText | null = text === null ? null : { text, runs: text === '' ? [] : [{ from: 0, file: by.file, span: [start, start + text.length] }] }
  return { name, value: written, line: by.lines.length }
}

/** A build of `Dockerfile` by the giver. */
export function build(by: Giver, said: Partial<DeclaredBuild> = {}): DeclaredBuild {
  return { file: by.file, line: 1, dockerfile: 'Dockerfile', target: null, args: [], contexts: [], platforms: [], ...said }
}

/** The uses of the Dockerfile when these builds are declared. */
export function usesWith(text: string, builds: readonly DeclaredBuild[]): readonly ImageUse[] {
  return readFile('Dockerfile', text, [], builds).uses
}

/** Each use in a line: `2 stage alpine:3.20 [compose.yml tag, compose.yml pin] (skip)`. */
export function told(uses: readonly ImageUse[]): readonly string[] {
  return uses.map(({ line, role, reference, edits, skip }) => {
    const what = reference === null ? '-' : formatReference(reference)
    return `${line} ${role} ${what} [${edits.map(({ file, sets }) => `${file} ${sets}`).join(', ')}]${skip === null ? '' : ` (${skip.code})`}`
  })
}

/** The files once every movable use has the digest of sixty-four `e`. */
export function moved(files: ReadonlyMap<string, string>, uses: readonly ImageUse[]): ReadonlyMap<string, string> {
  const all = merged(uses.flatMap((use) => rewrite(use, { tag: null, digest: `sha256:${'e'.repeat(64)}` as Digest }))) ?? []
  return new Map(
    [...files].map(([path, text]) => [
      path,
      Buffer.from(
        splice(
          Buffer.from(text),
          all.filter(({ file }) => file === path),
        ),
      ).toString('utf8'),
    ]),
  )
}
