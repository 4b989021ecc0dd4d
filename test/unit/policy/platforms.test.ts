/** For which platforms a use counts: who says so, in which order, and which entries of an index that comes to. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { builtPlatforms, linesFor, platformSource } from '../../../src/policy/target.ts'

const asking = (platform: string | null, policy: readonly string[], builtFor: readonly string[]) => ({
  use: { platform, builtFor },
  policy: { platforms: policy },
})

test.each([
  [asking('linux/arm64', ['linux/amd64'], ['linux/s390x']), 'use', ['linux/arm64']],
  [asking(null, ['linux/amd64'], ['linux/s390x']), 'policy', ['linux/amd64']],
  [asking(null, [], ['linux/s390x', 'linux/amd64']), 'builds', ['linux/s390x', 'linux/amd64']],
  [asking(null, [], []), null, null],
  [asking('what', ['linux/amd64'], []), null, null],
  [asking(null, ['linux/arm64/v8', 'linux/aarch64'], []), 'policy', ['linux/arm64']],
  [asking('windows(10.0.20348.2700)/amd64', [], []), 'use', ['windows/amd64@10.0.20348']],
] as const)('%j: %s says %j', (facts, source, lines) => {
  expect(platformSource(facts)).toBe(source)
  expect(builtPlatforms(facts)).toEqual(lines)
})

describe('the entries of an index that platforms come to', () => {
  const index = ['linux/amd64', 'linux/arm/v6', 'linux/arm64', 'windows/amd64@10.0.17763', 'windows/amd64@10.0.20348']

  test.each([
    [null, index],
    [['linux/arm64'], ['linux/arm64']],
    [['linux/arm/v7'], ['linux/arm/v6']],
    [['linux/amd64/v3'], ['linux/amd64']],
    [['linux/arm/v5'], []],
    [['windows/amd64'], ['windows/amd64@10.0.17763', 'windows/amd64@10.0.20348']],
    [['windows/amd64@10.0.20348'], ['windows/amd64@10.0.20348']],
    [['windows/amd64@10.0.26100'], []],
    [['linux/riscv64', 'linux/amd64'], ['linux/amd64']],
  ] as const)('%j', (built, lines) => {
    expect(linesFor(built, index)).toEqual(lines)
  })

  test('an entry without a Windows build is for any', () => {
    expect(linesFor(['windows/amd64@10.0.20348'], ['windows/amd64'])).toEqual(['windows/amd64'])
  })

  test('a lower variant is not the same one', () => {
    expect(linesFor(['linux/arm/v7'], index, 'exactly')).toEqual([])
  })

  test('are always entries of it, whatever else is built', () => {
    const line = fc.constantFrom(...index, 'linux/arm/v7', 'linux/riscv64', 'windows/amd64', 'odd', '')
    fc.assert(
      fc.property(fc.array(line), line, fc.uniqueArray(fc.constantFrom(...index)), (built, more, offered) => {
        const lines = linesFor(built, offered)
        expect(offered).toEqual(expect.arrayContaining([...lines]))
        expect(linesFor([...built, more], offered)).toEqual(expect.arrayContaining([...lines]))
      }),
    )
  })
})
