/** Scopes: who may use which credential. */
import { expect, test } from 'vitest'
import { type CredentialGrant, scopeFor } from '../../../../src/domain/image/scope.ts'

const image = { registry: 'ghcr.io', repository: 'acme/app' }
const grant = (id: string, registry: string, installations: CredentialGrant['installations'] = 'all') => ({ id, registry, installations })

test('the longest matching grant decides, else public', () => {
  const grants = [grant('host', 'ghcr.io'), grant('owner', 'ghcr.io/acme'), grant('image', 'ghcr.io/acme/app')]

  expect(scopeFor(image, 1, grants)).toBe('image')
  expect(scopeFor({ ...image, repository: 'acme/web' }, 1, grants)).toBe('owner')
  expect(scopeFor({ ...image, repository: 'acmeco/web' }, 1, grants)).toBe('host')
  expect(scopeFor({ ...image, registry: 'ghcr.io.evil' }, 1, grants)).toBe('public')
})

test('a grant ends at a slash: neither a longer name nor a longer host is covered', () => {
  expect(scopeFor({ registry: 'ghcr.io', repository: 'acme/application' }, 1, [grant('image', 'ghcr.io/acme/app')])).toBe('public')
  expect(scopeFor({ registry: 'ghcr.io:8443', repository: 'acme/app' }, 1, [grant('host', 'ghcr.io')])).toBe('public')
})

test('a credential serves the installations that the operator listed, and no other', () => {
  const grants = [grant('theirs', 'ghcr.io/acme', [7]), grant('everybody', 'ghcr.io')]

  expect(scopeFor(image, 7, grants)).toBe('theirs')
  expect(scopeFor(image, 8, grants)).toBe('everybody')
  expect(scopeFor(image, 8, grants.slice(0, 1))).toBe('public')
  expect(scopeFor(image, 7, [grant('nobody', 'ghcr.io', [])])).toBe('public')
})

test('a person at the command line uses what the person has', () => {
  expect(scopeFor(image, null, [grant('mine', 'ghcr.io', [])])).toBe('mine')
})
