/** Lines of an rpm: which builds are patched side by side. */
import { describe, expect, it } from 'vitest'
import { isSameLine } from '../../../../src/domain/package/rpm-line.ts'

describe('two builds are of one line', () => {
  it.each([
    ['one upstream version for one minor release', '3.9.18-3.el9_4.5', '3.9.18-10.el9_4'],
    ['whatever a zero epoch is written like', '0:1.0-1.el9', '1.0-2.el9'],
    ['in a module for one minor release', '1.4-2.module+el8.4.0+9+abcdef', '1.4-3.module_el8.4.0+11+123456'],
    ['with a tag inside of the release', '5.14.0-1.rt.el9_1', '5.14.0-2.rt.el9_1.2'],
  ])('%s', (_, a, b) => {
    expect(isSameLine(a, b)).toBe(true)
  })
})

describe('two builds are of different lines', () => {
  it.each([
    ['of two upstream versions', '3.9.18-3.el9_4', '3.9.19-8.el9_4'],
    ['for two minor releases', '5.14.0-162.el9_1', '5.14.0-362.el9_3'],
    ['for a minor release and for none', '4.2-22.el7_2.1', '4.2-25.el7'],
    ['for two major releases', '1.0-1.el8', '1.0-1.el9'],
    ['with two epochs', '1:1.0-1.el9', '2:1.0-1.el9'],
    ['of other distributions, which keep one line', '1.0-1.amzn2', '1.0-2.amzn2'],
    ['of which one has no release', '1.0', '1.0-1.el9'],
  ])('%s', (_, a, b) => {
    expect(isSameLine(a, b)).toBe(false)
    expect(isSameLine(b, a)).toBe(false)
  })
})
