/** One upstream question per image, tag and scope in a run. */
import { expect, test } from 'vitest'
import { oncePerRun } from '../../../../src/adapters/registry/index.ts'
import { clientFor, loginFor, standIn } from './stage.ts'

const repository = 'acme/app'

test('five hundred uses of one image are one request, and a new run asks again', async () => {
  const home = await standIn()
  home.pushImage(repository, '1')
  const { registry } = clientFor([home])
  const run = oncePerRun(registry)
  const name = { registry: home.host, repository }

  await Promise.all(Array.from({ length: 500 }, () => run.tagDigest('public', { ...name }, '1')))
  await run.tagDigest('public', name, '1')

  expect(run.requests).toBe(1)
  await oncePerRun(registry).tagDigest('public', name, '1')
  expect(registry.requests).toBe(2)
})

test('a fault is an answer too: what failed in this run is not asked again in it', async () => {
  const home = await standIn()
  home.script({ path: '/v2/' }, { kind: 'status', status: 403 })
  const run = oncePerRun(clientFor([home]).registry)
  const ask = () => run.tagDigest('public', { registry: home.host, repository }, '1')

  await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized' })
  await expect(ask()).rejects.toMatchObject({ kind: 'unauthorized' })
  expect(home.requests).toHaveLength(1)
})

test('scopes, images, tags and questions do not share answers', async () => {
  const home = await standIn({ auth: 'basic', users: { reader: 'canary-secret' } })
  home.pushImage(repository, '1')
  home.pushImage('acme/other', '1', { label: 'other' })
  home.pushImage(repository, '2', { label: 'two' })
  const run = oncePerRun(clientFor([home], { credentials: [loginFor(home)] }).registry)
  const name = { registry: home.host, repository }

  expect(await run.tagDigest('login', name, '1')).toBe(home.digestOf(repository, '1'))
  await expect(run.tagDigest('public', name, '1')).rejects.toMatchObject({ kind: 'unauthorized' })
  expect(await run.tagDigest('login', { ...name, repository: 'acme/other' }, '1')).toBe(home.digestOf('acme/other', '1'))
  expect(await run.tagDigest('login', name, '2')).toBe(home.digestOf(repository, '2'))
  expect(await run.tags('login', name)).toEqual(['1', '2'])
})
