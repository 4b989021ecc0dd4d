/** Every format keeps to the contract of formats, on its golden cases. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { formatFor, formats } from '../../../src/formats/index.ts'
import { describeFileFormat, type FormatCase } from '../../contract/file-format.ts'

const root = path.resolve(import.meta.dirname, '../../cases/formats')

const allCases = (): readonly FormatCase[] =>
  readdirSync(root).flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => ({ name: `${folder}/${name}`, files: filesIn(path.join(root, folder, name, 'before')) })),
  )

function filesIn(folder: string): FormatCase['files'] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: path.relative(folder, file), bytes: readFileSync(file) }))
}

/** The cases of Dockerfiles alone lie elsewhere, in a form of their own. */
const dockerfiles = path.resolve(import.meta.dirname, '../../cases/dockerfile')
const dockerfileCases = (): readonly FormatCase[] =>
  !existsSync(dockerfiles)
    ? []
    : readdirSync(dockerfiles).flatMap((name) => {
        const file = path.join(dockerfiles, name, 'Dockerfile')
        return existsSync(file) ? [{ name: `dockerfile/${name}`, files: [{ path: 'Dockerfile', bytes: readFileSync(file) }] }] : []
      })

const cases = [...allCases(), ...dockerfileCases()]
for (const format of formats)
  describeFileFormat(
    format,
    cases.filter(({ files }) => files.some((file) => formatFor(file.path) === format)),
  )

it('the names of formats are their own, and a guess comes after what is sure', () => {
  expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length)
  const guess = formats.findIndex(({ isGuess }) => isGuess)
  if (guess >= 0) expect(formats.slice(guess).every(({ isGuess }) => isGuess)).toBe(true)
})

it.each([
  ['Dockerfile', 'dockerfile'],
  ['a/Containerfile.dev', 'dockerfile'],
  ['compose.yml', 'compose'],
  ['deploy/docker-compose.prod.yaml', 'compose'],
  ['docker-stack.yml', 'compose'],
  ['README.md', null],
  ['src/compose.ts', null],
])('%s is read as %s', (file, id) => expect(formatFor(file)?.id ?? null).toBe(id))
