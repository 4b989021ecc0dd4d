/** Text that hides nothing. */
import { expect, test } from 'vitest'
import { columnsOf, padded, shortened, visible } from '../../../src/lib/visible.ts'

test('characters that do not show, or change how others show, are spelled out; all others stay', () => {
  expect(visible('a\u202eb\u0000\n\u00a0\u200b\ud800\u3164')).toBe('a⟨U+202E⟩b⟨U+0000⟩⟨U+000A⟩⟨U+00A0⟩⟨U+200B⟩⟨U+D800⟩⟨U+3164⟩')
  expect(visible('plain é 中 🦊 `|<')).toBe('plain é 中 🦊 `|<')
})

test('a text is cut between characters, and says so', () => {
  expect(shortened('abc', 3)).toBe('abc')
  expect(shortened('abcd', 3)).toBe('ab…')
  expect(shortened('🦊🦊🦊', 3)).toBe('🦊🦊🦊')
  expect(shortened('🦊🦊🦊🦊', 3)).toBe('🦊🦊…')
})

test('a column is as wide as the terminal shows it', () => {
  const shown = { 'plain é': 7, 'e\u0301': 1, 漢字: 4, ｶﾅ: 2, Ａ１: 4, '한국어 🦊': 9, 'naïve → …': 9 }
  expect(Object.fromEntries(Object.keys(shown).map((text) => [text, columnsOf(text)]))).toEqual(shown)
  expect([padded('漢字', 6), padded('漢字', 3)]).toEqual(['漢字  ', '漢字'])
})
