/** Text from outside made visible: what a person sees is what is there. */

/** Controls, formatting (text direction, zero width), surrogates, unassigned and private characters, fillers and spaces that look like one or none. */
const invisible = /[\p{C}\p{Zl}\p{Zp}]|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0|\p{Variation_Selector}|(?! )\p{Zs}/gu

/** `text` with each character that does not show, or that changes how others show, spelled out as `⟨U+202E⟩`. It holds no line break afterwards. */
export function visible(text: string): string {
  return text.replace(invisible, spelledOut)
}

/** `⟨U+202E⟩` for one character. */
export function spelledOut(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** At most `longest` characters of `text`, with `…` for what is missing at the end. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  const characters = Array.from(text.slice(0, 2 * longest))
  return characters.length <= longest && text.length <= 2 * longest ? text : `${characters.slice(0, longest - 1).join('')}…`
}

/** Characters as wide as two (https://www.unicode.org/reports/tr11/: W and F, told by script), and those that stand on the one before. */
const wide = /(?![\uff61-\uffdc])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3001-\u303e\uff01-\uffe6]/gu
const combining = /\p{M}/gu

/** How many columns of a terminal `text` takes, once it is visible. */
export function columnsOf(text: string): number {
  return Array.from(text.replace(combining, '').replace(wide, '  ')).length
}

/** `text` with spaces behind it, until it takes `width` columns. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columnsOf(text)))
}
