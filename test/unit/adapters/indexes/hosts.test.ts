/** Which hosts may be asked, and what a path below a repository is. */
import { describe, expect, it } from 'vitest'
import { askable, below } from '../../../../src/adapters/indexes/hosts.ts'

const rules = { domains: ['acme.example'], allowHosts: ['mirror.test:8443', 'http://plain.test:8080'] }

describe('askable', () => {
  it.each([
    ['https://acme.example/a', 'https://acme.example/a'],
    ['http://archive.acme.example/a', 'https://archive.acme.example/a'],
    ['http://archive.acme.example:80/a', 'https://archive.acme.example/a'],
    ['http://mirror.test:8443/a', 'https://mirror.test:8443/a'],
    ['http://plain.test:8080/a', 'http://plain.test:8080/a'],
  ])('%s is asked at %s', (uri, url) => expect(askable(uri, rules)?.href).toBe(url))

  it.each([
    'https://notacme.example/',
    'https://acme.example.evil.test/',
    'https://acme.example./',
    'https://acme.example:8443/',
    'http://acme.example:22/',
    'https://mirror.test/',
    'https://plain.test:8080/',
    'https://user:secret@acme.example/',
    'https://acme.example/?next=x',
    'cdrom:[Acme]/',
    'mirror+http://acme.example/',
    'file:///etc/passwd',
    '/local/folder',
    '',
  ])('%s is not', (uri) => expect(askable(uri, rules)).toBeNull())
})

describe('below', () => {
  const root = new URL('https://acme.example/debian/')

  it('is a path in the folder', () => {
    expect(below(root, 'dists/a~b/x.gz')?.href).toBe('https://acme.example/debian/dists/a~b/x.gz')
    expect(below(root, 'a/%2e%2e/?x#y')?.href).toBe('https://acme.example/debian/a/%252e%252e/%3Fx%23y')
    expect(below(root, '')?.href).toBe('https://acme.example/debian')
  })

  it.each(['../x', 'a/../../x', '/x', 'a//x', 'a/.', 'a b', 'a/\u0000', '\ud800', 'https://evil.test/x'])('%j is none', (path) => {
    expect(below(root, path)).toBeNull()
  })
})
