/** References, by the grammar of github.com/distribution/reference. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatImageName, formatReference, parseFullImageName, parseReference, tagOrLatest } from '../../../../src/domain/image/reference.ts'

const sha256 = `sha256:${'a1'.repeat(32)}`
const sha512 = `sha512:${'b2'.repeat(64)}`

const parsed = (text: string) => {
  const result = parseReference(text)
  return result.kind === 'invalid' ? null : [formatImageName(result.reference.name), result.reference.tag, result.reference.digest]
}

describe('parseReference', () => {
  it.each([
    ['alpine', 'docker.io/library/alpine', null, null],
    ['alpine:3.20', 'docker.io/library/alpine', '3.20', null],
    ['library/alpine', 'docker.io/library/alpine', null, null],
    ['docker.io/alpine', 'docker.io/library/alpine', null, null],
    ['docker.io/library/alpine', 'docker.io/library/alpine', null, null],
    ['index.docker.io/alpine', 'docker.io/library/alpine', null, null],
    ['index.docker.io/library/alpine:3', 'docker.io/library/alpine', '3', null],
    ['team/app', 'docker.io/team/app', null, null],
    ['a/b/c', 'docker.io/a/b/c', null, null],
    ['ghcr.io/a/b:1', 'ghcr.io/a/b', '1', null],
    ['registry:5000/a', 'registry:5000/a', null, null],
    ['registry:5000/a:b', 'registry:5000/a', 'b', null],
    ['localhost/a', 'localhost/a', null, null],
    ['localhost:5000/a', 'localhost:5000/a', null, null],
    ['localhost:5000', 'docker.io/library/localhost', '5000', null],
    ['[::1]:5000/x', '[::1]:5000/x', null, null],
    ['[2001:db8::1]/x:1', '[2001:db8::1]/x', '1', null],
    ['Registry/x', 'Registry/x', null, null],
    ['EXAMPLE.org/x', 'EXAMPLE.org/x', null, null],
    ['127.0.0.1/x', '127.0.0.1/x', null, null],
    ['a__b/c--d.e_f', 'docker.io/a__b/c--d.e_f', null, null],
    [`a@${sha256}`, 'docker.io/library/a', null, sha256],
    [`a:1@${sha512}`, 'docker.io/library/a', '1', sha512],
    [`sha256:${'c'.repeat(64)}`, 'docker.io/library/sha256', 'c'.repeat(64), null],
    [`${'c'.repeat(64)}:1`, `docker.io/library/${'c'.repeat(64)}`, '1', null],
    [`a:${'t'.repeat(128)}`, 'docker.io/library/a', 't'.repeat(128), null],
    ['a:_x', 'docker.io/library/a', '_x', null],
  ])('reads %s', (text, name, tag, digest) => expect(parsed(text)).toEqual([name, tag, digest]))

  it.each([
    '',
    ':',
    'a:',
    'a:-x',
    `a:${'t'.repeat(129)}`,
    'a:b:c',
    'A',
    'a/B',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a..b',
    'a___b',
    'a b',
    'a@',
    `a@sha256:${'a'.repeat(63)}`,
    `a@sha256:${'A'.repeat(64)}`,
    `a@md5:${'a'.repeat(32)}`,
    `a@${sha256}@${sha256}`,
    'c'.repeat(64),
    '-x.org/a',
    'x.org:port/a',
    '[::1]:5000',
    '[x]/a',
    'x.org/',
    'é',
    'a\n',
    'http://x.org/a',
    'a'.repeat(256),
    'a'.repeat(248),
  ])('says what is wrong with %j', (text) => {
    const result = parseReference(text)
    expect(result.kind === 'invalid' && result.problem).toMatch(/\w/)
  })

  it('takes a repository name of 255 characters, the library/ of Docker Hub counted', () => expect(parsed('a'.repeat(247))).not.toBe(null))

  it('keeps the spelling of the file', () => {
    for (const text of ['alpine:3', 'index.docker.io/library/alpine', 'docker.io/alpine']) {
      const result = parseReference(text)
      expect(result.kind === 'reference' && formatReference(result.reference)).toBe(text)
    }
  })

  const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,5}){0,2}$/)
  const host = fc.constantFrom('', 'docker.io/', 'index.docker.io/', 'localhost/', 'localhost:5000/', 'ghcr.io/', '[::1]:5000/', 'UPPER/', 'a-b.example:443/')
  const tag = fc.oneof(
    fc.constant(''),
    fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/).map((text) => `:${text}`),
  )
  const digest = fc.constantFrom('', `@${sha256}`, `@${sha512}`)
  /** A first component with a dot in it and more behind it would be read as a host. */
  const isPath = ([a, b]: readonly [string, readonly string[], ...unknown[]]) => a !== '' || b.length === 1 || !b[0]?.includes('.')
  const valid = fc
    .tuple(host, fc.array(component, { minLength: 1, maxLength: 3 }), tag, digest)
    .filter(isPath)
    .map(([a, b, c, d]) => `${a}${b.join('/')}${c}${d}`)

  it('and formatReference are each other’s inverse', () => {
    fc.assert(
      fc.property(valid, (text) => {
        const result = parseReference(text)
        if (result.kind === 'invalid') throw new Error(`${text}: ${result.problem}`)
        expect(formatReference(result.reference)).toBe(text)
        expect(parseReference(formatReference(result.reference))).toEqual(result)
        expect(parseFullImageName(formatImageName(result.reference.name))).toEqual(result.reference.name)
      }),
    )
  })

  it('has an answer for any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void parseReference(text).kind.length))
  })
})

describe('tagOrLatest', () => {
  it('is latest where the file names no tag', () => {
    const [bare, tagged] = [parseReference('alpine'), parseReference('alpine:3')]
    expect(bare.kind === 'reference' && tagOrLatest(bare.reference)).toBe('latest')
    expect(tagged.kind === 'reference' && tagOrLatest(tagged.reference)).toBe('3')
  })
})
