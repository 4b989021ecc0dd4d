/** Numbers in YAML where a text is wanted: `3.10` without quotes is read as 3.1. */
import { readOnly, type Sourced } from './sourced.ts'
import type { Tree } from './tree.ts'

/**
 * The text that a program makes of a value; null where it is none, or a number that reads otherwise than it is written.
 * Nothing is written into a number with a fraction, since the next one may be read otherwise.
 */
export function scalarText(tree: Tree | null): Sourced | null {
  if (tree?.kind !== 'text') return null
  const { text } = tree.text
  if (!tree.isTyped || !/^[-+.\d]/.test(text)) return tree.text
  if (String(Number(text)) !== text) return null
  return text.includes('.') ? readOnly(tree.text) : tree.text
}
