/** Headers of installed rpm packages: what replaces what, and what is refused. */
import { describe, expect, it } from 'vitest'
import { parseRpmHeader } from '../../../../../src/adapters/inventories/rpm/header.ts'
import { headerBlob, madeUpPackages, packageBlob, words } from '../../../../support/rpm/header.ts'

const identity = [
  { tag: 1000, type: 6, value: 'made-up' },
  { tag: 1001, type: 6, value: '1.0' },
  { tag: 1002, type: 6, value: '1' },
]

describe('parseRpmHeader', () => {
  it('gives back what was written', () => {
    for (const header of madeUpPackages(20)) expect(parseRpmHeader(packageBlob(header))).toEqual(header)
  })

  it('lets an entry that follows the signed region replace one in it', () => {
    expect(parseRpmHeader(headerBlob([...identity, { tag: 1011, type: 6, value: 'first' }, { tag: 1011, type: 6, value: 'later' }])).vendor).toBe('later')
  })

  it('reads the first text of a list and of translations', () => {
    expect(parseRpmHeader(headerBlob([...identity, { tag: 1011, type: 9, value: 'one\0two' }])).vendor).toBe('one')
  })

  it('tells no epoch from the epoch 0', () => {
    expect(parseRpmHeader(headerBlob(identity)).epoch).toBeNull()
    expect(parseRpmHeader(headerBlob([...identity, { tag: 1003, type: 4, value: 0 }])).epoch).toBe(0)
  })

  it.each<[string, Uint8Array]>([
    ['points at byte 0 of 0', new Uint8Array()],
    ['points at byte', words(1, 0)],
    ['70000 entries', words(70_000, 0)],
    ['no version', headerBlob(identity.slice(0, 1))],
    ['no name', headerBlob([{ tag: 1000, type: 6, value: '' }, ...identity.slice(1)])],
    ['name is no text', headerBlob([{ tag: 1000, type: 4, value: 1 }, ...identity.slice(1)])],
    ['epoch is no number', headerBlob([...identity, { tag: 1003, type: 6, value: '1' }])],
    ['vendor does not end', headerBlob([...identity, { tag: 1011, type: 6, value: 'v'.repeat(600) }])],
    [
      'release does not end',
      headerBlob(identity)
        .subarray(0, -1)
        .fill(0, 4, 8)
        .fill(headerBlob(identity).length - 1 - 8 - 48, 7, 8),
    ],
  ])('refuses a header of which the reason is: %s', (reason, blob) => {
    expect(() => parseRpmHeader(blob)).toThrow(reason)
  })
})
