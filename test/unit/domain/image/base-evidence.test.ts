/** What an image stands on: layers prove it, annotations only say it. */
import { expect, test } from 'vitest'
import { baseOf, type KnownBase } from '../../../../src/domain/image/base-evidence.ts'
import { parseDigest } from '../../../../src/domain/image/digest.ts'

const digest = (letter: string) => parseDigest(`sha256:${letter.repeat(64)}`)!
const [a, b, c, x] = [digest('a'), digest('b'), digest('c'), digest('e')]
const debian: KnownBase = { name: 'debian:12', digest: digest('1'), layers: [a] }
const python: KnownBase = { name: 'python:3.12', digest: digest('2'), layers: [a, b] }
const annotations = { 'org.opencontainers.image.base.name': 'alpine:3.20', 'org.opencontainers.image.base.digest': x }
const provenance = { builder: null, sourceUri: null, sourceRevision: null, parents: [{ uri: 'pkg:docker/alpine@3.20', digest: x }] }
const image = { layers: [a, b, c], annotations: {}, provenance: null }

test('the known image with the most layers below proves the base, whatever annotations say', () => {
  expect(baseOf({ ...image, annotations, provenance }, [debian, python])).toEqual({ name: 'python:3.12', digest: python.digest, proof: 'layers' })
})

test('layers in another order, more layers, or none prove nothing', () => {
  const others = [
    { ...python, layers: [b, a] },
    { ...python, layers: [a, b, c, a] },
    { ...python, layers: [] },
  ]

  expect(baseOf(image, others)).toEqual({ name: null, digest: null, proof: 'none' })
})

test('an annotation that the provenance bears out is more than one alone', () => {
  expect(baseOf({ ...image, annotations, provenance }, [])).toEqual({ name: 'alpine:3.20', digest: x, proof: 'provenance' })
  expect(baseOf({ ...image, annotations }, [])).toEqual({ name: 'alpine:3.20', digest: x, proof: 'annotation' })
})

test('provenance alone names the images of all stages, and so no base', () => {
  expect(baseOf({ ...image, provenance }, [])).toEqual({ name: null, digest: null, proof: 'none' })
})

test('an annotation of free text is none', () => {
  expect(
    baseOf({ ...image, annotations: { 'org.opencontainers.image.base.name': '@everyone look', 'org.opencontainers.image.base.digest': 'sha256:x' } }, []),
  ).toEqual({
    name: null,
    digest: null,
    proof: 'none',
  })
})
