/** Globs: what they match, and that they do it in linear steps. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { coversPath, matchesGlob } from '../../../src/lib/glob.ts'

test.each([
  ['docs/*.md', 'docs/a.md', true],
  ['docs/*.md', 'docs/a/b.md', false],
  ['**/Dockerfile', 'Dockerfile', true],
  ['**/Dockerfile', 'a/b/Dockerfile', true],
  ['a/**/z', 'a/z', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**', 'a', true],
  ['a/**', 'b/a', false],
  ['**', 'any/thing', true],
  ['*', 'any/thing', false],
  ['?.txt', 'a.txt', true],
  ['?.txt', '.txt', false],
  ['a**b', 'axxb', true],
  ['a**b', 'a/b', false],
  ['a.b', 'axb', false],
  ['Docs', 'docs', false],
  ['docker.io/library/*', 'docker.io/library/python', true],
  ['ghcr.io/acme/**', 'ghcr.io/acme/a/b', true],
  ['🦊?', '🦊🦊', true],
])('%s on %s is %s', (pattern, text, expected) => {
  expect(matchesGlob(pattern, text)).toBe(expected)
})

test.each([
  ['examples', 'examples/web/Dockerfile', true],
  ['examples/', 'examples/web/Dockerfile', true],
  ['examples', 'examples2/Dockerfile', false],
  ['*/web', 'examples/web/Dockerfile', true],
  ['Dockerfile', 'Dockerfile', true],
  ['Dockerfile', 'a/Dockerfile', false],
])('the folder or file %s covers %s: %s', (pattern, path, expected) => {
  expect(coversPath(pattern, path)).toBe(expected)
})

test('a text without wildcards matches itself, and ** matches everything', () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[*?]/.test(text)),
      (text) => {
        expect(matchesGlob(text, text)).toBe(true)
        expect(matchesGlob('**', text)).toBe(true)
      },
    ),
  )
})

test('a pattern that makes a backtracking matcher explode is answered', () => {
  expect(matchesGlob(`${'*a'.repeat(250)}b`, 'a'.repeat(4_000))).toBe(false)
  expect(matchesGlob(`${'**/a/'.repeat(100)}b`, 'a/'.repeat(2_000))).toBe(false)
})
