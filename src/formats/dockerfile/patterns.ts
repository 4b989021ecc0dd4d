/** The patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*` and `?`, without brackets. */

export type PatternOptions = {
  readonly greedy: boolean
  readonly anchored: boolean
  readonly all?: boolean
  /** Pattern and text are back to front, byte for byte. */
  readonly reversed?: boolean
}

/** One character of UTF-8 but a line feed, its bytes as they come and back to front. */
const rune = '(?:[^\\n\\x80-\\xff]|[\\xc2-\\xdf][\\x80-\\xbf]|[\\xe0-\\xef][\\x80-\\xbf]{2}|[\\xf0-\\xf4][\\x80-\\xbf]{3})'
const reversedRune = '(?:[^\\n\\x80-\\xff]|[\\x80-\\xbf][\\xc2-\\xdf]|[\\x80-\\xbf]{2}[\\xe0-\\xef]|[\\x80-\\xbf]{3}[\\xf0-\\xf4])'

/** `pattern` as a regular expression over bytes (`convertShellPatternToRegex`), or null where BuildKit calls it invalid. A match starts where a character does. */
export function patternToRegExp(pattern: string, options: PatternOptions): RegExp | null {
  let source = options.anchored ? '^' : '(?![\\x80-\\xbf])'
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '*') source += options.greedy ? '[^\\n]*' : '[^\\n]*?'
    else if (char === '?') source += options.reversed === true ? reversedRune : rune
    else if (char !== '\\') source += char.replace(/[[\]{}.+()|^$]/, '\\$&')
    else if (!/[}/]/.test(pattern[i + 1] ?? '')) {
      i++
      if (!/[*?\\]/.test(pattern[i] ?? '')) return null
      source += `\\${pattern[i]}`
    }
  }
  return new RegExp(source, options.all === true ? 'g' : '')
}

/** `pattern` back to front, escapes kept together: a suffix is the prefix of the reversed text. */
export function reversedPattern(pattern: string): string {
  return (pattern.match(/\\[^]|[^]/g) ?? []).reverse().join('')
}
