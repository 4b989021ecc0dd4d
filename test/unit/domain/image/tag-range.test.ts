/** Ranges of versions: what they hold, and what is wrong with what is none. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatExtent, parseExtent } from '../../../../src/domain/image/extent.ts'
import { isInRange, parseRange } from '../../../../src/domain/image/tag-range.ts'

const versions = ['0.9', '1', '1.2', '1.2.3', '1.3.0', '1.10', '2.0.0', '3.11.9', '3.12', '3.12.7', '3.13.0', '4', '4.0.1', '10.1.2.3']

function held(text: string): readonly string[] {
  const parsed = parseRange(text)
  if (parsed.kind === 'invalid') throw new Error(parsed.problem)
  return versions.filter((version) => isInRange(parsed.range, version.split('.').map(Number)))
}

describe('a range', () => {
  it.each([
    ['>=3.11 <4', ['3.11.9', '3.12', '3.12.7', '3.13.0']],
    ['>=3.11,<4', ['3.11.9', '3.12', '3.12.7', '3.13.0']],
    ['>= 3.11, < 3.13', ['3.11.9', '3.12', '3.12.7']],
    ['<=3.12', ['0.9', '1', '1.2', '1.2.3', '1.3.0', '1.10', '2.0.0', '3.11.9', '3.12', '3.12.7']],
    ['>3.12', ['3.13.0', '4', '4.0.1', '10.1.2.3']],
    ['^1.2', ['1.2', '1.2.3', '1.3.0', '1.10']],
    ['^0.9', ['0.9']],
    ['~1.2', ['1.2', '1.2.3']],
    ['~1', ['1', '1.2', '1.2.3', '1.3.0', '1.10']],
    ['~1.2.3', ['1.2.3']],
    ['1.x', ['1', '1.2', '1.2.3', '1.3.0', '1.10']],
    ['1.2.*', ['1.2', '1.2.3']],
    ['3.12', ['3.12', '3.12.7']],
    ['=3.12', ['3.12', '3.12.7']],
    ['==3.12.7', ['3.12.7']],
    ['v1.2', ['1.2', '1.2.3']],
    ['>=1 !=3.12', versions.filter((version) => version !== '0.9' && !version.startsWith('3.12'))],
    ['1.2 - 1.3', ['1.2', '1.2.3', '1.3.0']],
    ['~1.2 || >=4', ['1.2', '1.2.3', '4', '4.0.1', '10.1.2.3']],
    ['*', versions],
    ['10.1.2.3', ['10.1.2.3']],
  ])('%s', (text, expected) => expect(held(text)).toEqual(expected))

  it.each([
    ['', 'the range is empty'],
    ['   ', 'the range is empty'],
    ['>=', '">=" is no condition'],
    ['latest', '"latest" is no condition'],
    ['1.2 ||', 'nothing on one side of "||"'],
    ['^*', '"^*" is no condition'],
    ['1 - 2 - 3', '"1 - 2 - 3" is no condition'],
    ['1..2', '".." is in no version'],
    ['>=1.2.3-rc1', 'is no condition'],
    ['1.2.3.4.5.6.7', 'is no condition'],
    ['9'.repeat(20), 'is no condition'],
    ['>=1 '.repeat(24), 'more than 20 conditions'],
    ['1'.repeat(101), 'longer than 100 characters'],
  ])('says what is wrong with "%s"', (text, words) => {
    expect(parseRange(text)).toEqual({ kind: 'invalid', problem: expect.stringContaining(words) })
    expect(parseExtent(text)).toBeNull()
  })

  it('is total', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[<>=!^~|,. x*0-9-]{0,40}$/)), (text) => {
        const parsed = parseRange(text)
        if (parsed.kind === 'range') expect(typeof isInRange(parsed.range, [1, 2, 3])).toBe('boolean')
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('an extent', () => {
  it.each(['digest', 'patch', 'minor', 'major', '>=3.11 <4', '^1.2'])('%s is read and written', (text) => {
    const extent = parseExtent(text)

    expect(extent === null ? null : formatExtent(extent)).toBe(text)
  })
})
