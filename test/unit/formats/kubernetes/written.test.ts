/** Which texts are references wherever they stand, and which wait for a tool. */
import { describe, expect, it } from 'vitest'
import { isClear, unfilled } from '../../../../src/formats/kubernetes/written.ts'

describe('isClear', () => {
  it.each(['nginx:1.27', 'ghcr.io/a/b', 'a/b:c', `nginx@sha256:${'a'.repeat(64)}`, 'localhost/a', 'registry:5000/a'])('%s is a reference', (text) => {
    expect(isClear(text)).toBe(true)
  })

  it.each([
    'nginx',
    'a/b',
    'logo.png',
    'a/b:c.iso',
    'https://a.b/c:d',
    'data:image/png',
    './a:b',
    '/a/b:c',
    'a/B:c',
    'a b:c',
    '',
    'Canonical:Server:18',
    `a${'b'.repeat(2000)}:1`,
  ])('%s is not, unless its place says so', (text) => {
    expect(isClear(text)).toBe(false)
  })
})

describe('unfilled', () => {
  it.each([
    ['{{ .Values.image }}', 'template'],
    ['a:<%= tag %>', 'template'],
    ['ko://example.com/cmd', 'template'],
    ['a:${TAG}', 'unresolved-variable'],
    ['$(params.image)', 'unresolved-variable'],
    ['a:$TAG', 'unresolved-variable'],
  ])('%s waits: %s', (text, code) => {
    expect(unfilled(text)?.code).toBe(code)
  })

  it('a plain reference does not', () => {
    expect(unfilled('registry.example.com:5000/a/b:1.2@sha256:x')).toBeNull()
  })
})
