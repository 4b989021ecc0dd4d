/** What of a file is told when it cannot be read as a whole. */
import { expect, it } from 'vitest'
import { longestTree } from '../../../src/formats/tree-format.ts'
import { fileUses } from '../../support/file-uses.ts'

const codes = (path: string, content: string | Uint8Array) => fileUses(path, content).map(({ skip }) => skip?.code)

it('a file that is too long to be read is told, also where nothing in its start names an image', () => {
  expect(codes('compose.yml', `# ${'x'.repeat(longestTree)}`)).toEqual(['too-large'])
})

it('of YAML that may be anything, only files that look as if they name images are told', () => {
  expect(codes('anything.yaml', `# ${'x'.repeat(longestTree)}`)).toEqual([])
  expect(codes('anything.yaml', `kind: Pod\nimage: a\n# ${'x'.repeat(longestTree)}`)).toEqual(['too-large'])
})

it.each(['utf16le', 'big'])('text in UTF-16 (%s) is told', (order) => {
  const text = Buffer.from('\uFEFFservices: {a: {image: "nginx:1"}}', 'utf16le')
  expect(codes('compose.yml', order === 'big' ? text.swap16() : text)).toEqual(['not-utf8'])
})
