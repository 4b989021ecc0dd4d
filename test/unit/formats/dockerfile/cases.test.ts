/** The golden cases of Dockerfiles: each folder's name states the rule, `uses.json` what follows from it. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatReference } from '../../../../src/domain/image/reference.ts'
import { readUses } from './reading.ts'
import { fileUses } from '../../../support/file-uses.ts'

const cases = path.resolve(import.meta.dirname, '../../../cases/dockerfile')

describe('Dockerfiles', () => {
  const names = readdirSync(cases, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

  it('have a case for each rule', () => expect(names.length).toBeGreaterThan(80))

  it.each(names)('%s', (name) => {
    const bytes = readFileSync(path.join(cases, name, 'Dockerfile'))
    const uses = fileUses('Dockerfile', bytes).map((use) => ({
      line: use.line,
      role: use.role,
      stage: use.stage,
      inFinal: use.inFinal,
      text: use.text,
      reference: use.reference === null ? null : formatReference(use.reference),
      platform: use.platform,
      tagFromArgument: use.tagFromArgument,
      edits: use.edits.map((edit) => `${edit.sets} ${edit.span.join('-')}`),
      skip: use.skip?.code ?? null,
    }))
    expect(uses).toEqual(JSON.parse(readFileSync(path.join(cases, name, 'uses.json'), 'utf8')))
  })

  it.each(names)('%s: each span holds exactly its text, on its line', (name) => {
    const bytes = readFileSync(path.join(cases, name, 'Dockerfile'))
    for (const use of readUses(bytes.toString('utf8'))) {
      expect(bytes.toString('utf8', ...use.span)).toBe(use.text)
      expect(bytes.subarray(0, use.span[0]).toString('latin1').split('\n').length).toBe(use.line)
    }
  })
})
