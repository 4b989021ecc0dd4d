/** Runs of digits inside of versions: found and compared in place, whatever their length. */
import type { Order } from './order.ts'

const zero = 48
const nine = 57

/** Whether the UTF-16 code is that of an ASCII digit; false for NaN, what `charCodeAt` gives past the end. */
export function isDigit(code: number): boolean {
  return code >= zero && code <= nine
}

/** Where the run of digits that begins at `at` ends, before `end`; `at` itself where there is none. */
export function digitsEnd(text: string, at: number, end: number): number {
  while (at < end && isDigit(text.charCodeAt(at))) at += 1
  return at
}

/** Compares the numbers that stand at `[aAt, aEnd)` and `[bAt, bEnd)`, both digits only; no digits are 0, leading zeros say nothing. */
export function compareDigits(a: string, aAt: number, aEnd: number, b: string, bAt: number, bEnd: number): Order {
  while (aAt < aEnd && a.charCodeAt(aAt) === zero) aAt += 1
  while (bAt < bEnd && b.charCodeAt(bAt) === zero) bAt += 1
  if (aEnd - aAt !== bEnd - bAt) return aEnd - aAt < bEnd - bAt ? -1 : 1
  return compareText(a, aAt, aEnd, b, bAt, bEnd)
}

/** Compares two pieces of text code by code; a prefix is lower. */
export function compareText(a: string, aAt: number, aEnd: number, b: string, bAt: number, bEnd: number): Order {
  for (; aAt < aEnd && bAt < bEnd; aAt += 1, bAt += 1) {
    const difference = a.charCodeAt(aAt) - b.charCodeAt(bAt)
    if (difference !== 0) return difference < 0 ? -1 : 1
  }
  return aAt < aEnd ? 1 : bAt < bEnd ? -1 : 0
}
