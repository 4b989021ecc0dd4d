/** The order of apk versions, `number{.number}{letter}{_suffix{number}}{~hash}{-r#}` (apk-package(5), "version"). */
import { compareDigits, compareText, digitsEnd, isDigit } from './version-digits.ts'
import type { Order } from './order.ts'

/**
 * What may come next in a version, lowest first: where two versions part, the one with the lower part is the older one. So `1.0_rc1 < 1.0 < 1.0-r1 <
 * 1.0_p1 < 1.0a < 1.0.1`. `invalid`, where the text goes on and the grammar does not, is right below a proper end, as in apk.
 */
const parts = { preRelease: 0, invalid: 1, end: 2, revision: 3, hash: 4, suffixNumber: 5, suffix: 6, letter: 7, number: 8, first: 9 } as const
const nothing = -1

/** In their order; the first four say that it comes before the release. */
const suffixes = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'] as const
const preReleases = 4

/**
 * Which of two apk versions is older, as apk 3 has it (`=`, `<` and `>` only: `~` is a match, not an order). Never raises: an invalid version is
 * compared up to where it becomes so, and is older than one that rightly ends there; two that become so at the same place are equal.
 */
export function compareApk(a: string, b: string): Order {
  if (a === b) return 0
  let aAt = 0
  let bAt = 0
  // Both sides had the same parts so far: else the answer is out.
  for (let before: number = nothing; ; ) {
    const part = partAt(a, aAt, before)
    const other = partAt(b, bAt, before)
    if (part !== other) return part < other ? -1 : 1
    if (part === parts.end || part === parts.invalid) return 0
    const aStart = aAt + signLength(part)
    const bStart = bAt + signLength(part)
    aAt = partEnd(a, aStart, part)
    bAt = partEnd(b, bStart, part)
    const order = comparePart(part, a, aStart, aAt, b, bStart, bAt)
    if (order !== 0) return order
    before = part
  }
}

/** The kind of the part that begins at `at`, after one of the kind `before`. */
function partAt(text: string, at: number, before: number): number {
  const code = text.charCodeAt(at)
  const next = text.charCodeAt(at + 1)
  if (before === nothing) return isDigit(code) ? parts.first : parts.invalid
  if (at >= text.length) return parts.end
  const isAfterNumber = before === parts.first || before === parts.number
  if (isDigit(code)) return before === parts.suffix || before === parts.preRelease ? parts.suffixNumber : parts.invalid
  if (code === 46 /* . */) return isAfterNumber && isDigit(next) ? parts.number : parts.invalid
  if (isLetter(code)) return isAfterNumber ? parts.letter : parts.invalid
  if (before === parts.revision) return parts.invalid
  if (code === 45 /* - */) return next === 114 && isDigit(text.charCodeAt(at + 2)) ? parts.revision : parts.invalid
  if (before === parts.hash) return parts.invalid
  if (code === 126 /* ~ */) return isHex(next) ? parts.hash : parts.invalid
  const suffix = code === 95 /* _ */ ? suffixAt(text, at + 1) : -1
  return suffix < 0 ? parts.invalid : suffix < preReleases ? parts.preRelease : parts.suffix
}

/** How many characters announce a part of that kind: `.`, `_`, `~`, `-r`. */
function signLength(part: number): number {
  if (part === parts.revision) return 2
  return part === parts.first || part === parts.letter || part === parts.suffixNumber ? 0 : 1
}

function partEnd(text: string, at: number, part: number): number {
  if (part === parts.letter) return at + 1
  if (part === parts.hash) while (isHex(text.charCodeAt(at))) at += 1
  else if (part === parts.suffix || part === parts.preRelease) while (isLetter(text.charCodeAt(at))) at += 1
  else return digitsEnd(text, at, text.length)
  return at
}

function comparePart(part: number, a: string, aAt: number, aEnd: number, b: string, bAt: number, bEnd: number): Order {
  if (part === parts.suffix || part === parts.preRelease) return Math.sign(suffixAt(a, aAt) - suffixAt(b, bAt)) as Order
  // A number after a point that begins with 0 is read like decimals: 1.02 < 1.1.
  const isText = part === parts.letter || part === parts.hash || (part === parts.number && (a.charCodeAt(aAt) === 48 || b.charCodeAt(bAt) === 48))
  return isText ? compareText(a, aAt, aEnd, b, bAt, bEnd) : compareDigits(a, aAt, aEnd, b, bAt, bEnd)
}

/** Which of the suffixes stands at `at`, -1 for none. */
function suffixAt(text: string, at: number): number {
  return suffixes.findIndex((suffix) => text.startsWith(suffix, at) && !isLetter(text.charCodeAt(at + suffix.length)))
}

function isLetter(code: number): boolean {
  return code >= 97 && code <= 122
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102)
}

/** What is wrong with `text` as an apk version, in words that go after it; null where nothing is. */
export function apkVersionProblem(text: string): string | null {
  if (text === '') return 'is empty'
  let at = 0
  for (let before: number = nothing; ; ) {
    const part = partAt(text, at, before)
    if (part === parts.end) return null
    if (part === parts.invalid) return at === 0 ? 'does not start with a digit' : `has something after its first ${at} characters that no apk version has there`
    at = partEnd(text, at + signLength(part), part)
    before = part
  }
}
