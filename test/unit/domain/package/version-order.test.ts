/** Version order: the rules of each format by example, and the laws of an order on versions nobody thought of. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions, type PackageType, versionProblem } from '../../../../src/domain/package/version-order.ts'

/** Lines from the lowest to the highest; versions on one line are equal. */
const ascending: Readonly<Record<PackageType, Readonly<Record<string, string>>>> = {
  deb: {
    'a tilde sorts before the end, the end before letters, letters before the rest': '1.0~~ 1.0~~a 1.0~ 1.0~rc1 1.0 1.0a 1.0z 1.0+ 1.0.',
    'numbers compare as numbers, however long': '1.9 1.10 1.99999999999999999998 1.99999999999999999999 1.100000000000000000000',
    'leading zeros say nothing': '1.1=1.01=01.1=1.001 1.2=1.02',
    'no revision is revision 0': '1.0-0~1 1.0=1.0-0=1.0-00 1.0-0a 1.0-1',
    'the last hyphen begins the revision': '1.2-3 1.2-5 1.2-3-5',
    'no epoch is epoch 0, and any epoch outweighs the rest': '1=0:1=00:1 9999 1:0.1 2:0.0.1 10:0',
    'a colon after the epoch is a part of the version': '1:2 1:2:5 1:3',
    'case counts': '1.0A 1.0a',
    'backports and security updates': '3.0.11-1~bpo11+1 3.0.11-1~deb12u1 3.0.11-1~deb12u2 3.0.11-1 3.0.11-1ubuntu2 3.0.11-1+b1 3.0.11-1+deb12u1',
  },
  apk: {
    'what comes next decides':
      '1.0_alpha 1.0_alpha0 1.0_alpha1 1.0_beta 1.0_pre 1.0_rc 1.0 1.0-r0 1.0-r1 1.0~1 1.0_cvs 1.0_svn 1.0_git 1.0_hg 1.0_p 1.0_p1 1.0a 1.0.0',
    'a number after a point that begins with 0 is read like decimals': '1.0015 1.002 1.01 1.1 1.2 1.10',
    'the first number is a number whatever its zeros': '013=13 014',
    'suffixes follow each other': '1.0_alpha_pre2 1.0_alpha 1.0_p1_rc1 1.0_p1 1.0_p1_p1',
    'numbers compare as numbers, however long': '9 20050405 99999999999999999998 99999999999999999999 100000000000000000000',
    'a hash compares as text': '1.0~1234 1.0~2345 1.0~a 1.0~ab 1.0~b',
    'an invalid version is just below a proper end where it becomes invalid':
      '=foo=v1.0 1.0_foo=1.0_bar=1.0.=1.0-1=1.0+dfsg=1.0_=1.0~=1.0~G=1.0~rc1 1.0 1.0_p1~1a-r1_p1 1.0_p1~1a-r1 1.0bc=1.0b1 1.0b',
  },
  rpm: {
    'a tilde sorts before the end, a caret right after it, letters before numbers': '1.0~~ 1.0~rc1 1.0 1.0^ 1.0^git1~pre 1.0^git1 1.0.rc1 1.0.1',
    'numbers compare as numbers, however long': '1.9 1.10 1.99999999999999999998 1.99999999999999999999 1.100000000000000000000',
    'leading zeros say nothing': '10.1=10.0001=010.1 10.2',
    'what is neither letter nor digit only separates': '2.0=2_0=2..0=.2+0.=2{0} 2.1',
    'separators part segments': '1.0a.a 1.0aa 1.0ab',
    'no epoch is epoch 0': '1.0-1=0:1.0-1=:1.0-1 1:0.1-1 10:0-0',
    'no release is lower than any': '1.0 1.0- 1.0-0 1.0-0.1 1.0-1 1.0.1',
    'the last hyphen begins the release': '1-1 1-0-1 1-1-1',
    'case counts': '1.0A 1.0a',
    'a release of a module': '1.4-4.module_el8.5.0+2752+f1f3449e 1.4-4.module_el8.6.0+2752+f1f3449e 1.4-5.el8',
  },
}

const types = ['deb', 'apk', 'rpm'] as const

describe.each(types)('%s', (type) => {
  it.each(Object.entries(ascending[type]))('%s', (_, line) => {
    const levels = line.split(' ').map((level) => level.split('='))
    const all = levels.flatMap((versions, level) => versions.map((version) => ({ version, level })))

    for (const a of all) {
      for (const b of all) {
        expect(`${a.version} ${compareVersions(type, a.version, b.version)} ${b.version}`).toBe(`${a.version} ${Math.sign(a.level - b.level)} ${b.version}`)
      }
    }
  })

  // Few characters, so that versions are often almost alike; and the pieces that mean something.
  const piece = fc.constantFrom(...'0129aAzZ.~^-_:+ ', 'alpha', 'rc', 'p', '_p1', '-r1', '-1', '1:', '00', '10', '~b', 'é', '\u0000')
  const version = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''))
  const sign = (a: string, b: string) => compareVersions(type, a, b)

  it('is an order on whatever text: antisymmetric, reflexive, transitive, and equals are interchangeable', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(sign(a, a)).toBe(0)
        expect(sign(a, b)).toBe(sign(b, a) === 0 ? 0 : -sign(b, a))
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBe(sign(a, b) === 0 ? sign(b, c) : sign(b, c) === 0 ? sign(a, b) : -1)
      }),
      { numRuns: 20_000 },
    )
  })

  const number = fc.bigInt({ min: 0n, max: 10n ** 30n })

  it('orders numbers as numbers', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        expect(sign(`1-r${a}`, `1-r${b}`)).toBe(a < b ? -1 : a > b ? 1 : 0)
      }),
    )
  })

  it('a piece appended to a version that has no problem decides by its sign alone', () => {
    const proper = fc.stringMatching(/^[1-9]{1,3}(\.[1-9]{1,3}){0,3}$/)
    const pieces = { deb: { lower: '~1', higher: '+1' }, apk: { lower: '_rc1', higher: '_p1' }, rpm: { lower: '~1', higher: '^1' } }[type]
    fc.assert(
      fc.property(proper, (base) => {
        expect(versionProblem(type, base)).toBeNull()
        expect([sign(`${base}${pieces.lower}`, base), sign(`${base}${pieces.higher}`, base), sign(`${base}.1`, `${base}${pieces.lower}`)]).toEqual([-1, 1, 1])
      }),
    )
  })
})

it.each(['deb', 'rpm'] as const)('%s: an epoch outweighs everything after it, leading zeros of it say nothing', (type) => {
  const version = fc.stringMatching(/^[0-9][0-9a-z.+~]{0,8}(-[0-9a-z.+~]{1,5})?$/)
  fc.assert(
    fc.property(version, version, fc.nat(99), fc.nat(99), (a, b, one, other) => {
      expect(compareVersions(type, `${one}:${a}`, `${other}:${b}`)).toBe(one === other ? compareVersions(type, a, b) : Math.sign(one - other))
      expect(compareVersions(type, `0${one}:${a}`, `${one}:${a}`)).toBe(0)
      expect(compareVersions(type, `0:${a}`, a)).toBe(0)
    }),
  )
})

describe('versionProblem', () => {
  it.each<[PackageType, string, string]>([
    ['deb', '', 'is empty'],
    ['deb', 'a:1', 'has an epoch that is not a number'],
    ['deb', ':1', 'has an epoch that is not a number'],
    ['deb', '2147483648:1', 'has an epoch that is too large'],
    ['deb', '1:', 'has nothing after its epoch'],
    ['deb', '-1', 'has nothing before its revision'],
    ['deb', '1.0-', 'has an empty revision'],
    ['deb', 'v1.0', 'does not start with a digit'],
    ['deb', '1.0_1', 'has a character that no Debian version has'],
    ['deb', '1.0 ', 'has a character that no Debian version has'],
    ['deb', '0:1.0-1:2', 'has a character that no Debian revision has'],
    ['apk', '', 'is empty'],
    ['apk', 'v1.0', 'does not start with a digit'],
    ['apk', '1.0bc', 'has something after its first 4 characters that no apk version has there'],
    ['apk', '23_foo', 'has something after its first 2 characters that no apk version has there'],
    ['apk', '1.0-r', 'has something after its first 3 characters that no apk version has there'],
    ['apk', '1.0-r1_p1', 'has something after its first 6 characters that no apk version has there'],
    ['rpm', '', 'is empty'],
    ['rpm', 'a:1', 'has an epoch that is not a number'],
    ['rpm', '4294967296:1', 'has an epoch that is too large'],
    ['rpm', '1:', 'has no version'],
    ['rpm', '1:-1', 'has no version'],
    ['rpm', '1-', 'has an empty release'],
    ['rpm', '1.0 1', 'has a character that no rpm version has'],
  ])('%s %j %s', (type, text, problem) => expect(versionProblem(type, text)).toBe(problem))

  it.each<[PackageType, string]>([
    ['deb', '1:3.0.11-1~deb12u2+b1'],
    ['deb', '0:0-0-0'],
    ['deb', '1:2ab:5'],
    ['apk', '0.1.0_alpha_pre2'],
    ['apk', '2.3.0b_p4_git20240101~deadbeef-r12'],
    ['rpm', '1:3.0.7-28.el9_4'],
    ['rpm', '1.4-4.module_el8.6.0+2752+f1f3449e'],
    ['rpm', '1.0~rc1^git1'],
  ])('%s %j has none', (type, text) => expect(versionProblem(type, text)).toBeNull())
})
