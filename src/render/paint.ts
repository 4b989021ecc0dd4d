/** Colours and columns of the terminal. */
import { columnsOf, padded } from '../lib/visible.ts'

/** How a piece of text looks. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Puts text into a style, or leaves it. */
export type Paint = (style: Style, text: string) => string

const codes: Record<Style, readonly [on: number, off: number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
}

/** A painter for a terminal that shows colours, or for one that does not. */
export function painter(colour: boolean): Paint {
  return (style, text) => (colour ? `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m` : text)
}

/** The columns that the widest text takes, 60 at most: wider ones stand out of their column. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.min(60, Math.max(width, columnsOf(text))), 0)
}

/** Rows under a heading, in columns two spaces apart; the last one is as wide as it is. The cells must hold no line break and no style. */
export function columns(heading: readonly string[], rows: readonly (readonly string[])[], paint: Paint, indent = ''): string {
  const widths = heading.map((text, column) => widest([text, ...rows.map((row) => row[column] ?? '')]))
  const line = (cells: readonly string[]) => `${indent}${cells.map((cell, at) => (at === cells.length - 1 ? cell : padded(cell, widths[at] ?? 0))).join('  ')}`
  return [paint('dim', line(heading)), ...rows.map(line)].join('\n')
}
