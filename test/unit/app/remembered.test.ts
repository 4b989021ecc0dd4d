/** Answers remembered for a batch. */
import { expect, test } from 'vitest'
import { remembered } from '../../../src/app/workers/remembered.ts'

test('equal questions are asked once, others apart, also at the same time', async () => {
  const asked: string[] = []
  const ask = remembered(async (release: string, names: readonly string[]) => {
    asked.push(`${release} ${names.join(',')}`)
    return names.length
  })

  expect(await Promise.all([ask('debian:12', ['a', 'b']), ask('debian:12', ['a', 'b']), ask('debian:12', ['a,b'])])).toEqual([2, 2, 1])
  expect(await ask('debian:12', ['a', 'b'])).toBe(2)
  expect(asked).toEqual(['debian:12 a,b', 'debian:12 a,b'])
})

test('a fault is the answer of everybody who asks the same', async () => {
  let asked = 0
  const ask = remembered(async () => {
    asked += 1
    throw new Error('down')
  })

  await expect(ask()).rejects.toThrow('down')
  await expect(ask()).rejects.toThrow('down')
  expect(asked).toBe(1)
})
