/** Severities from vendors' words and from CVSS. */
import { describe, expect, it } from 'vitest'
import { cvssOf } from '../../../../src/domain/advisory/cvss.ts'
import { atLeast, compareSeverity, severities, severityOf, severityOfCvss, severityOfWord } from '../../../../src/domain/advisory/severity.ts'

describe('vendors’ words', () => {
  it.each([
    ['Critical', 'critical'],
    ['IMPORTANT', 'high'],
    ['high**', 'high'],
    ['Moderate', 'medium'],
    ['medium', 'medium'],
    ['low**', 'low'],
    ['unimportant', 'negligible'],
    ['negligible', 'negligible'],
    ['not yet assigned', null],
    ['end-of-life', null],
    ['untriaged', null],
    ['None', null],
    ['N/A', null],
    ['__proto__', null],
    ['', null],
  ])('%s means %s', (word, severity) => expect(severityOfWord(word)).toBe(severity))
})

describe('scores', () => {
  // Examples of the specifications and of NVD.
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
    ['CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:N', 3.7, 'low'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0, 'negligible'],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10, 'high'],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5, 'high'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 'critical'],
  ])('%s is %d: %s', (vector, score, severity) => {
    const cvss = cvssOf(vector)
    expect(cvss).toEqual({ vector, score })
    expect(cvss && severityOfCvss(cvss)).toBe(severity)
  })

  it('are base scores, whatever else the vector says', () => {
    expect(cvssOf('CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:L/E:U')?.score).toBe(5.6)
    expect(cvssOf('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U')?.score).toBe(9.3)
  })

  it('come without NVD’s brackets', () => expect(cvssOf(' (AV:N/AC:L/Au:N/C:P/I:P/A:P) ')?.vector).toBe('AV:N/AC:L/Au:N/C:P/I:P/A:P'))

  it.each(['', 'x', '9.8', 'CVSS:3.1/AV:N', 'CVSS:9.9/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', `CVSS:3.1/${'AV:N/'.repeat(200)}`, '__proto__'])(
    'are not made up for %s',
    (vector) => expect(cvssOf(vector)).toBeNull(),
  )
})

describe('the severity of a vulnerability', () => {
  const critical = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', score: 9.8 }

  it('is the vendor’s, even against the score', () => expect(severityOf('low', critical)).toEqual({ severity: 'low', severityFrom: 'vendor' }))

  it('is the score’s where the vendor’s word means none', () => {
    expect(severityOf('not yet assigned', critical)).toEqual({ severity: 'critical', severityFrom: 'cvss' })
  })

  it('is unknown where nobody says', () => expect(severityOf(null, null)).toEqual({ severity: 'unknown', severityFrom: 'none' }))
})

describe('order', () => {
  it('puts the worst first, and what is unknown behind medium', () => {
    expect([...severities].sort(compareSeverity)).toEqual(['critical', 'high', 'medium', 'unknown', 'low', 'negligible'])
  })

  it('counts unknown as medium where a threshold is asked for', () => {
    expect(severities.filter((severity) => atLeast(severity, 'medium'))).toEqual(['critical', 'high', 'medium', 'unknown'])
    expect(severities.filter((severity) => atLeast(severity, 'high'))).toEqual(['critical', 'high'])
    expect(severities.filter((severity) => atLeast(severity, 'low'))).toEqual(['critical', 'high', 'medium', 'low', 'unknown'])
    expect(atLeast('medium', 'unknown')).toBe(true)
  })
})
