/** Opening attestations: any bytes give a value, and no JSON makes a reader fail otherwise than by saying so. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedJson } from '../../../../../src/adapters/inventories/attestations/bounded-json.ts'
import { readCycloneDx } from '../../../../../src/adapters/inventories/attestations/cyclonedx.ts'
import { readSbom } from '../../../../../src/adapters/inventories/attestations/sbom.ts'
import { readProvenance } from '../../../../../src/adapters/inventories/attestations/slsa.ts'
import { readSpdx } from '../../../../../src/adapters/inventories/attestations/spdx.ts'
import { openAttestation, predicateKind } from '../../../../../src/adapters/inventories/attestations/statement.ts'

describe('openAttestation', () => {
  it.each([
    ['https://spdx.dev/Document', 'spdx'],
    ['https://spdx.dev/Document/v2.3', 'spdx'],
    ['https://spdx.dev/Document/v3.0', null],
    ['https://cyclonedx.org/bom', 'cyclonedx'],
    ['https://cyclonedx.org/bom/v1.4', 'cyclonedx'],
    ['https://slsa.dev/provenance/v0.2', 'slsa-0'],
    ['https://slsa.dev/provenance/v1', 'slsa-1'],
    ['https://slsa.dev/verification_summary/v1', null],
  ])('the predicate %s is %s', (type, kind) => {
    expect(predicateKind(type)).toBe(kind)
  })

  it('passes over what is no attestation of ours', () => {
    expect(openAttestation(Buffer.from('[]'))).toEqual({ kind: 'other' })
    expect(openAttestation(Buffer.from('null'))).toEqual({ kind: 'other' })
    expect(openAttestation(Buffer.from(JSON.stringify({ payloadType: 'text/plain', payload: 'eA==' })))).toEqual({ kind: 'other' })
  })

  it('says what is wrong in an envelope', () => {
    const envelope = { payloadType: 'application/vnd.in-toto+json', payload: Buffer.from('{').toString('base64') }

    expect(openAttestation(Buffer.from(JSON.stringify(envelope)))).toMatchObject({ kind: 'invalid', problem: expect.stringContaining('payload') })
  })

  it('bounds JSON by its values, not by its bytes', () => {
    expect(boundedJson(Buffer.from('[1,2,3]'), 3)).toMatchObject({ kind: 'invalid' })
    expect(boundedJson(Buffer.from('[1,2,3]'), 4)).toEqual({ kind: 'value', value: [1, 2, 3] })
    expect(boundedJson(Buffer.from(JSON.stringify(',[{"\\'.repeat(1000))), 4)).toMatchObject({ kind: 'value' })
    expect(boundedJson(Buffer.from(`${'['.repeat(1_000)}${']'.repeat(1_000)}`))).toMatchObject({ kind: 'value' })
    expect(boundedJson(Buffer.from(`${'['.repeat(1_001)}${']'.repeat(1_001)}`))).toMatchObject({ kind: 'invalid', problem: expect.stringContaining('nested') })
  })
})

it('any bytes and any JSON give a value', () => {
  const word = fc.constantFrom(
    '_type',
    'predicate',
    'predicateType',
    'subject',
    'digest',
    'spdxVersion',
    'packages',
    'externalRefs',
    'relationships',
    'bomFormat',
    'components',
    'payload',
    'materials',
    'buildDefinition',
    '__proto__',
  )
  const leaf = fc.constantFrom<unknown>(
    null,
    7,
    '',
    'SPDX-2.3',
    'CycloneDX',
    'https://in-toto.io/Statement/v1',
    'https://spdx.dev/Document',
    'pkg:deb/debian/a@1?distro=debian-12',
    'pkg:',
    [],
  )
  const { value: anything } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(word, tie('value'), { maxKeys: 6 })),
  }))
  const read = (value: unknown): void => {
    for (const document of [readSpdx(value), readCycloneDx(value)]) if (document.kind === 'listed') readSbom(document.listed)
    readProvenance('slsa-0', value)
    readProvenance('slsa-1', value)
  }

  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void openAttestation(bytes)))
  fc.assert(
    fc.property(anything, (value) => {
      read(value)
      const opened = openAttestation(Buffer.from(JSON.stringify(value)))
      if ('predicate' in opened) read(opened.predicate)
    }),
    { numRuns: 1_000 },
  )
})
