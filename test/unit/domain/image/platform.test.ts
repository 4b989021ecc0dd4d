/** Platforms: spellings of one machine are one, different machines stay different. */
import { expect, test } from 'vitest'
import { formatPlatform, lowerVariants, normalPlatform, parsePlatform } from '../../../../src/domain/image/platform.ts'

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/amd64/v1', 'linux/amd64'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['linux/x86_64', 'linux/amd64'],
  ['Linux/AMD64', 'linux/amd64'],
  ['linux/arm64', 'linux/arm64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/aarch64', 'linux/arm64'],
  ['linux/arm64/v9', 'linux/arm64/v9'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/7', 'linux/arm/v7'],
  ['linux/arm/v6', 'linux/arm/v6'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['linux/i386', 'linux/386'],
  ['windows/amd64', 'windows/amd64'],
  ['linux/riscv64', 'linux/riscv64'],
  ['arm64', 'linux/arm64'],
  ['aarch64', 'linux/arm64'],
  ['macos/arm64', 'darwin/arm64'],
  ['windows(10.0.20348.2700)/amd64', 'windows/amd64@10.0.20348.2700'],
  ['windows()/amd64', 'windows/amd64'],
  ['Windows/AMD64@10.0.17763', 'windows/amd64@10.0.17763'],
])('%s is %s', (text, normal) => {
  expect(formatPlatform(parsePlatform(text)!)).toBe(normal)
  expect(formatPlatform(parsePlatform(normal)!)).toBe(normal)
})

test.each([
  '',
  'linux',
  'linux/',
  '/amd64',
  'linux/arm/v7/x',
  'linux/am d64',
  'linux/$BUILDARCH',
  'linux//v7',
  'arm64@1',
  '(1)/amd64',
  'windows(1)/amd64@2',
  'windows(1',
  'plan9',
  `linux/${'a'.repeat(65)}`,
])('%j is no platform', (text) => {
  expect(parsePlatform(text)).toBeNull()
})

test('Windows versions keep images apart', () => {
  const windows = { os: 'windows', architecture: 'amd64', variant: null, osVersion: '10.0.20348.2700' }

  expect(formatPlatform(windows)).toBe('windows/amd64@10.0.20348.2700')
  expect(formatPlatform(windows)).not.toBe(formatPlatform({ ...windows, osVersion: '10.0.26100.1' }))
})

test.each(['constructor', '__proto__', 'toString'])('the architecture %j is only a name', (architecture) => {
  expect(normalPlatform({ os: 'linux', architecture, variant: null, osVersion: null })).toEqual({
    os: 'linux',
    architecture: architecture.toLowerCase(),
    variant: null,
    osVersion: null,
  })
})

test.each([
  ['linux/amd64/v3', ['linux/amd64/v2', 'linux/amd64']],
  ['linux/amd64', []],
  ['linux/arm/v7', ['linux/arm/v6', 'linux/arm/v5']],
  ['linux/arm/v5', []],
  ['linux/arm64', []],
  ['linux/arm64/v9', []],
])('a machine of %s also runs %j', (text, lower) => {
  expect(lowerVariants(parsePlatform(text)!).map(formatPlatform)).toEqual(lower)
})

test('an index may write its names in any case', () => {
  expect(normalPlatform({ os: 'Linux', architecture: 'ARM64', variant: 'V8', osVersion: null })).toEqual(parsePlatform('linux/arm64'))
})
