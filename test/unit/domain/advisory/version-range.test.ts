/** Ranges of versions: what they hold, and how that is told. */
import { describe, expect, it } from 'vitest'
import { comparisonOf, holds, isOpenEnded, reachedFix } from '../../../../src/domain/advisory/version-range.ts'
import { advisory } from '../../../support/evidence.ts'

const range = (introduced: string | null, fixed: string | null, lastAffected: string | null = null) =>
  advisory({ ranges: [{ introduced, fixed, lastAffected }] })

describe('a range', () => {
  it.each([
    [range(null, '1.2'), '1.1', true, '< 1.2', '1.1 < 1.2'],
    [range(null, '1.2'), '1.2', false, '< 1.2', '1.2 >= 1.2'],
    [range(null, '1.2'), '1.2~rc1', true, '< 1.2', '1.2~rc1 < 1.2'],
    [range('0', '1.2'), '1.1', true, '< 1.2', '1.1 < 1.2'],
    [range('1.0', '1.2'), '0.9', false, '>= 1.0, < 1.2', '0.9 is outside'],
    [range('1.0', '1.2'), '1.0', true, '>= 1.0, < 1.2', '1.0 <= 1.0 < 1.2'],
    [range('1.0', null), '7', true, '>= 1.0', '1.0 <= 7, and no version ends the range'],
    [range(null, null, '1.1'), '1.1', true, '<= 1.1', '1.1 <= 1.1'],
    [range(null, null, '1.1'), '1.1.1', false, '<= 1.1', '1.1.1 is outside'],
    [range(null, null), '1', true, 'every version', '1, and no version ends the range'],
    [advisory(), '1', true, 'every version', '1 is one of them'],
    [advisory({ versions: ['1', '2'] }), '2', true, '= 2', '2 = 2'],
    [advisory({ versions: ['1', '2'] }), '3', false, 'one of 2 versions', '3 is outside'],
    [advisory({ status: 'not-affected' }), '1', false, 'never affected', 'no version is affected'],
    [advisory({ ranges: [{ fixed: '1.2' }, { introduced: '2.0', fixed: '2.3' }] }), '1.9', false, '< 1.2 or >= 2.0, < 2.3', '1.9 >= 1.2'],
  ] as const)('%j and %s: %s', (record, version, isHeld, text, comparison) => {
    expect(holds('deb', record, version)).toBe(isHeld)
    expect(comparisonOf('deb', record, version)).toEqual({ range: text, comparison })
  })
})

describe('an end', () => {
  it('is missing where neither a fix nor a last affected version is named for the range that holds the version', () => {
    expect(isOpenEnded('deb', advisory(), '1')).toBe(true)
    expect(isOpenEnded('deb', range('1', null), '2')).toBe(true)
    expect(isOpenEnded('deb', range('3', null), '2')).toBe(false)
    expect(isOpenEnded('deb', range(null, '3'), '2')).toBe(false)
    expect(isOpenEnded('deb', advisory({ versions: ['2'] }), '2')).toBe(false)
  })

  it('that was reached is the highest of them', () => {
    const record = advisory({ ranges: [{ fixed: '1.2' }, { introduced: '2.0', fixed: '2.3' }] })
    expect(['1.1', '1.2', '2.3', '9'].map((version) => reachedFix('deb', record, version))).toEqual([null, '1.2', '2.3', '2.3'])
  })
})
