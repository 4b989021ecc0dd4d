/** The nearest word. */
import { expect, test } from 'vitest'
import { closest } from '../../../src/lib/closest.ts'

test.each([
  ['enabeld', ['enabled', 'labels'], 'enabled'],
  ['Weekly', ['weekly'], 'weekly'],
  ['label', ['labels', 'limits'], 'labels'],
  ['x', ['y'], null],
  ['', ['a'], null],
  ['schedule', ['workflow'], null],
])('%s among %j is %s', (word, candidates, expected) => {
  expect(closest(word, candidates)).toBe(expected)
})
