/** What is known only when something runs (a matrix, a secret, the output of a command): one character that stands for it in a text. */
import { fromBuilder, type Sourced } from './sourced.ts'

const mark = '\0'

/** Stands where a value that is not known would. */
export const unknown: Sourced = fromBuilder(mark)

/** Whether all of the text is known. */
export function isKnown(source: Sourced): boolean {
  return !source.text.includes(mark)
}
