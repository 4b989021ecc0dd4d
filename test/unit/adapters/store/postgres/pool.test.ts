/** The pool's own words about its connections. */
import { expect, test } from 'vitest'
import { openPool } from '../../../../../src/adapters/store/postgres/pool.ts'

test('a connection that breaks while idle is told, and one that is cut off because everything ends is not', async () => {
  const told: string[] = []
  const pool = openPool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' }, { applicationName: 'test', onError: ({ message }) => told.push(message) })
  const broke = (text: string) => pool.emit('error', new Error(text), undefined as never)

  broke('while it was idle')
  const ended = pool.end()
  broke('as the server stopped')
  await ended

  expect(told).toEqual(['while it was idle'])
})
