/** Platforms: spellings of one machine are one, different machines stay different. */
import { expect, test } from 'vitest'
import { formatPlatform, normalPlatform, parsePlatform } from '../../../../src/domain/image/platform.ts'

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
])('%s is %s', (text, normal) => {
  expect(formatPlatform(parsePlatform(text)!)).toBe(normal)
  expect(formatPlatform(parsePlatform(normal)!)).toBe(normal)
})

test.each(['', 'linux', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux/am d64', 'linux/$BUILDARCH', 'linux//v7', `linux/${'a'.repeat(65)}`])(
  '%j is no platform',
  (text) => {
    expect(parsePlatform(text)).toBeNull()
  },
)

test('Windows versions keep images apart', () => {
  const windows = { os: 'windows', architecture: 'amd64', variant: null, osVersion: '10.0.20348.2700' }

  expect(formatPlatform(windows)).toBe('windows/amd64@10.0.20348.2700')
  expect(formatPlatform(windows)).not.toBe(formatPlatform({ ...windows, osVersion: '10.0.26100.1' }))
})

test.each(['constructor', '__proto__', 'toString'])('the architecture %j is only a name', (architecture) => {
  expect(normalPlatform({ os: 'linux', architecture, variant: null, osVersion: null })).toEqual({ os: 'linux', architecture, variant: null, osVersion: null })
})
