/** Sixty real Dockerfiles: the images found are those that BuildKit's own parser finds. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatImageName, formatReference } from '../../src/domain/image/reference.ts'
import { dockerfile } from '../../src/formats/dockerfile/index.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/dockerfiles')
const kinds: Readonly<Record<string, string>> = { stage: 'from', final: 'from' }

describe('real Dockerfiles', () => {
  const names = readdirSync(samples, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

  it('are all there', () => expect(names).toHaveLength(60))

  it.each(names)('%s', (name) => {
    const uses = dockerfile.imageUses('Dockerfile', readFileSync(path.join(samples, name, 'Dockerfile')))
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
})
