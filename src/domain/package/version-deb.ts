/** The order of Debian versions, `[epoch:]upstream[-revision]` (Debian Policy §5.6.12, deb-version(7)). */
import { compareDigits, digitsEnd, isDigit } from './version-digits.ts'
import type { Order } from './order.ts'

const tilde = 126

/**
 * Which of two Debian versions is older, as `dpkg --compare-versions` has it. No epoch is epoch 0, no revision is revision 0. Never raises: what does
 * not stand before a colon as a number is no epoch but part of the upstream version, and characters that no version has sort by their code.
 */
export function compareDeb(a: string, b: string): Order {
  if (a === b) return 0
  const aEpochEnd = epochEnd(a)
  const bEpochEnd = epochEnd(b)
  const epochs = compareDigits(a, 0, Math.max(0, aEpochEnd), b, 0, Math.max(0, bEpochEnd))
  if (epochs !== 0) return epochs
  const aEnd = upstreamEnd(a, aEpochEnd + 1)
  const bEnd = upstreamEnd(b, bEpochEnd + 1)
  const upstreams = compareParts(a, aEpochEnd + 1, aEnd, b, bEpochEnd + 1, bEnd)
  return upstreams !== 0 ? upstreams : compareParts(a, aEnd + 1, a.length, b, bEnd + 1, b.length)
}

/** Where the colon after the epoch stands, -1 without one. */
function epochEnd(text: string): number {
  const end = digitsEnd(text, 0, text.length)
  return end > 0 && text.charCodeAt(end) === 58 ? end : -1
}

/** Where the hyphen before the revision stands, or the end: the upstream version may have hyphens too, so the last one counts. */
function upstreamEnd(text: string, at: number): number {
  const hyphen = text.lastIndexOf('-')
  return hyphen < at ? text.length : hyphen
}

/** The policy's algorithm: runs of non-digits and runs of digits in turn, starting with non-digits. */
function compareParts(a: string, i: number, aEnd: number, b: string, j: number, bEnd: number): Order {
  while (i < aEnd || j < bEnd) {
    for (;;) {
      const left = weight(a, i, aEnd)
      const right = weight(b, j, bEnd)
      if (left !== right) return left < right ? -1 : 1
      if (left === 0) break
      i += 1
      j += 1
    }
    const aDigits = digitsEnd(a, i, aEnd)
    const bDigits = digitsEnd(b, j, bEnd)
    const numbers = compareDigits(a, i, aDigits, b, j, bDigits)
    if (numbers !== 0) return numbers
    i = aDigits
    j = bDigits
  }
  return 0
}

/** How a character of a run of non-digits sorts: `~` before the run's end (0), that before letters, those before everything else. */
function weight(text: string, at: number, end: number): number {
  if (at >= end) return 0
  const code = text.charCodeAt(at)
  if (isDigit(code)) return 0
  if (code === tilde) return -1
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
  return isLetter ? code : code + 256
}

/** What is wrong with `text` as a Debian version, in words that go after it; null where nothing is. */
export function debVersionProblem(text: string): string | null {
  if (text === '') return 'is empty'
  const colon = text.indexOf(':')
  if (colon >= 0 && !/^\d+$/.test(text.slice(0, colon))) return 'has an epoch that is not a number'
  // dpkg's limit: it reads the epoch as an int.
  if (colon >= 0 && Number(text.slice(0, colon)) > 2 ** 31 - 1) return 'has an epoch that is too large'
  const end = upstreamEnd(text, colon + 1)
  const upstream = text.slice(colon + 1, end)
  const revision = text.slice(end)
  if (upstream === '') return colon >= 0 ? 'has nothing after its epoch' : 'has nothing before its revision'
  if (revision === '-') return 'has an empty revision'
  if (!isDigit(upstream.charCodeAt(0))) return 'does not start with a digit'
  if (!/^[\w.+~:-]+$/.test(upstream) || upstream.includes('_')) return 'has a character that no Debian version has'
  return /^(-[A-Za-z0-9.+~]+)?$/.test(revision) ? null : 'has a character that no Debian revision has'
}
