/** The order of rpm versions, `[epoch:]version[-release]` (https://rpm-software-management.github.io/rpm/manual/dependencies.html, rpm-version(7)). */
import { compareDigits, compareText, digitsEnd, isDigit } from './version-digits.ts'
import type { Order } from './order.ts'

const tilde = 126
const caret = 94

/**
 * Which of two rpm versions is older, as rpm's own `vercmp` has it: no epoch is epoch 0; no release at all is lower than any release, the empty one
 * included. Never raises: a colon after something that is no number, and all other characters that are neither letters nor digits, only separate.
 */
export function compareRpm(a: string, b: string): Order {
  if (a === b) return 0
  const aVersion = versionStart(a)
  const bVersion = versionStart(b)
  const epochs = compareDigits(a, 0, Math.max(0, aVersion - 1), b, 0, Math.max(0, bVersion - 1))
  if (epochs !== 0) return epochs
  const aHyphen = a.lastIndexOf('-')
  const bHyphen = b.lastIndexOf('-')
  const versions = compareParts(a, aVersion, aHyphen < 0 ? a.length : aHyphen, b, bVersion, bHyphen < 0 ? b.length : bHyphen)
  if (versions !== 0) return versions
  if (aHyphen < 0) return bHyphen < 0 ? 0 : -1
  if (bHyphen < 0) return 1
  return compareParts(a, aHyphen + 1, a.length, b, bHyphen + 1, b.length)
}

/** Where the version begins: after the colon that follows nothing but digits, else at the start. */
function versionStart(text: string): number {
  const end = digitsEnd(text, 0, text.length)
  return text.charCodeAt(end) === 58 ? end + 1 : 0
}

/**
 * Segments of digits or of letters, in turn; what stands between them only separates. At the first difference the side sorts by what comes next:
 * `~`, then the end, then `^`, then letters, then digits.
 */
function compareParts(a: string, i: number, aEnd: number, b: string, j: number, bEnd: number): Order {
  for (;;) {
    i = separatorsEnd(a, i, aEnd)
    j = separatorsEnd(b, j, bEnd)
    const kind = kindAt(a, i, aEnd)
    const other = kindAt(b, j, bEnd)
    if (kind !== other) return kind < other ? -1 : 1
    if (kind === kinds.end) return 0
    if (kind === kinds.tilde || kind === kinds.caret) {
      i += 1
      j += 1
      continue
    }
    const isNumber = kind === kinds.digits
    const aNext = isNumber ? digitsEnd(a, i, aEnd) : lettersEnd(a, i, aEnd)
    const bNext = isNumber ? digitsEnd(b, j, bEnd) : lettersEnd(b, j, bEnd)
    const segments = isNumber ? compareDigits(a, i, aNext, b, j, bNext) : compareText(a, i, aNext, b, j, bNext)
    if (segments !== 0) return segments
    i = aNext
    j = bNext
  }
}

/** In their order. */
const kinds = { tilde: 0, end: 1, caret: 2, letters: 3, digits: 4 } as const

function kindAt(text: string, at: number, end: number): number {
  if (at >= end) return kinds.end
  const code = text.charCodeAt(at)
  if (code === tilde) return kinds.tilde
  if (code === caret) return kinds.caret
  return isDigit(code) ? kinds.digits : kinds.letters
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
}

function lettersEnd(text: string, at: number, end: number): number {
  while (at < end && isLetter(text.charCodeAt(at))) at += 1
  return at
}

function separatorsEnd(text: string, at: number, end: number): number {
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (isDigit(code) || isLetter(code) || code === tilde || code === caret) return at
  }
  return at
}

/** What is wrong with `text` as an rpm version, in words that go after it; null where nothing is. The characters are those that rpmbuild lets pass. */
export function rpmVersionProblem(text: string): string | null {
  if (text === '') return 'is empty'
  const colon = text.indexOf(':')
  if (colon >= 0 && !/^\d+$/.test(text.slice(0, colon))) return 'has an epoch that is not a number'
  if (colon >= 0 && Number(text.slice(0, colon)) > 2 ** 32 - 1) return 'has an epoch that is too large'
  const rest = text.slice(colon + 1)
  const hyphen = rest.lastIndexOf('-')
  if (rest === '' || hyphen === 0) return 'has no version'
  if (hyphen === rest.length - 1) return 'has an empty release'
  return /^[A-Za-z0-9._+%{}~^-]+$/.test(rest) ? null : 'has a character that no rpm version has'
}
