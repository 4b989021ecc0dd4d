/** What records of vendors have in common. */
import { describe, expect, it } from 'vitest'
import { cveIds, evrText, utcTime } from '../../../../src/adapters/feeds/record.ts'

describe('times', () => {
  it.each([
    ['2099-01-04', '2099-01-04T00:00:00Z'],
    ['2099-01-04 20:41', '2099-01-04T20:41:00Z'],
    ['2099-01-04 20:41:01', '2099-01-04T20:41:01Z'],
    ['2099-01-04 20:41:01 UTC', '2099-01-04T20:41:01Z'],
    ['2099-01-04T18:46:58.858000+00:00', '2099-01-04T18:46:58Z'],
    ['2099-01-04T01:00:00+02:00', '2099-01-03T23:00:00Z'],
    ['2099-01-04 02:44:10.025070', '2099-01-04T02:44:10Z'],
    [4070970000, '2099-01-01T17:00:00Z'],
    ['2099-13-04', null],
    ['yesterday', null],
    ['', null],
    [null, null],
    [Number.NaN, null],
    [1e15, null],
  ])('%s is %s', (text, expected) => {
    expect(utcTime(text)).toBe(expected)
  })
})

it('an epoch of 0 is not written', () => {
  expect([evrText('0', '1', '2'), evrText(null, '1', '2'), evrText('', '1', '2'), evrText('(none)', '1', '2'), evrText('1', '1', '2')]).toEqual([
    '1-2',
    '1-2',
    '1-2',
    '1-2',
    '1:1-2',
  ])
})

it('CVE ids are found in any text, each once, in order', () => {
  expect(cveIds(['Mitre CVE-2099-0002', 'CVE:00001:CVE-2099-0001', 'CVE-2099-0002 at NVD', 'xCVE-2099-1', 'CVE-2099-12'])).toEqual([
    'CVE-2099-0002',
    'CVE-2099-0001',
  ])
})
