/** Sixty real Dockerfiles: the images found are those that BuildKit's own parser finds. */
import { DockerfileParser } from 'dockerfile-ast'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatImageName, formatReference } from '../../src/domain/image/reference.ts'
import { fileUses } from '../support/file-uses.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/dockerfiles')
const kinds: Readonly<Record<string, string>> = { stage: 'from', final: 'from' }

describe('real Dockerfiles', () => {
  const names = readdirSync(samples, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

  it('are all there', () => expect(names).toHaveLength(60))

  it.each(names)('%s', (name) => {
    const uses = fileUses('Dockerfile', readFileSync(path.join(samples, name, 'Dockerfile')))
    const found = uses.flatMap(({ role, text, reference, line }) =>
      reference === null
        ? []
        : [
            {
              kind: kinds[role] ?? role,
              raw: text,
              value: formatReference(reference),
              repo: formatImageName(reference.name),
              tag: reference.tag,
              digest: reference.digest,
              line,
            },
          ],
    )
    expect(found).toEqual(JSON.parse(readFileSync(path.join(samples, name, 'images.json'), 'utf8')))
  })

  it.each(names)('%s: a second parser sees a FROM wherever we do', (name) => {
    const bytes = readFileSync(path.join(samples, name, 'Dockerfile'))
    const theirs = DockerfileParser.parse(bytes.toString('utf8')).getFROMs()
    const lines = theirs.map((from) => (from.getImageRange()?.start.line ?? -1) + 1)
    const ours = fileUses('Dockerfile', bytes).filter(({ role, skip }) => (role === 'stage' || role === 'final') && skip?.code !== 'refused-by-buildkit')
    for (const { line } of ours) expect(lines).toContain(line)
  })
})
