/** The patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*` and `?`, without brackets. */

/** `pattern` as a regular expression (`convertShellPatternToRegex`), or null where BuildKit calls it invalid. */
export function patternToRegExp(pattern: string, options: { readonly greedy: boolean; readonly anchored: boolean; readonly all?: boolean }): RegExp | null {
  let source = options.anchored ? '^' : ''
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? ''
    if (char === '*') source += options.greedy ? '[^\\n]*' : '[^\\n]*?'
    else if (char === '?') source += '[^\\n]'
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
