/** Word expansion, by the facts of BuildKit's own tables (frontend/dockerfile/shell, Apache-2.0). */
import { describe, expect, it } from 'vitest'
import { BadSubstitution, type Expansion, ExpansionTooLarge, expandWord, expandWords, ValueRequired } from '../../../../src/formats/dockerfile/expansion.ts'
import { part, type Sourced } from '../../../../src/formats/sourced.ts'

const sourced = (text: string, from = 0): Sourced => ({ text, at: Array.from(text, (_, i) => from + i) })
const set = (values: Readonly<Record<string, string>>): ReadonlyMap<string, Expansion> =>
  new Map(Object.entries(values).map(([name, value]) => [name, { value: sourced(value, 1000), unset: new Set<string>() }]))
const scope = set({ PWD: '/home', SHELL: 'bash', EMPTY: '', V: 'v3.12.4', PATH: 'a/b/c', STAR: 'x*y?z' })
const expand = (word: string): string => expandWord(sourced(word), scope, '\\').value.text

describe('expandWord', () => {
  it.each([
    ['hello', 'hello'],
    ["he'll'o", 'hello'],
    ["'hello'", 'hello'],
    ["he'l\\l'o", 'hel\\lo'],
    ['he\\llo', 'hello'],
    ['hello\\', 'hello'],
    ['"he\\"llo"', 'he"llo'],
    ['"he\\llo"', 'he\\llo'],
    ['"it\'s"', "it's"],
    ['he$PWD', 'he/home'],
    ['he${PWD}x', 'he/homex'],
    ["he'$PWD'", 'he$PWD'],
    ['"$PWD"', '/home'],
    ['\\$PWD', '$PWD'],
    ['"\\$PWD"', '$PWD'],
    ['he$', 'he$'],
    ['he$.', 'he$.'],
    ['he$1x', 'hex'],
    ['he$12x', 'hex'],
    ['he$UNSETx', 'he'],
    ['he${NOPE}x', 'hex'],
    ['${PWD:-x}', '/home'],
    ['${NOPE:-x}', 'x'],
    ['${NOPE-x}', 'x'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${PWD:+x}', 'x'],
    ['${PWD+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['${NOPE+x}', ''],
    ['${NOPE:-${PWD}/y}', '/home/y'],
    ['${NOPE:-${ALSO:-z}}', 'z'],
    ['${NOPE:-"a}b"}', 'a}b'],
    ['${PWD:?wrong}', '/home'],
    ['${EMPTY?wrong}', ''],
    ['${V#v}', '3.12.4'],
    ['${V#*.}', '12.4'],
    ['${V##*.}', '4'],
    ['${V%.*}', 'v3.12'],
    ['${V%%.*}', 'v3'],
    ['${V#x}', 'v3.12.4'],
    ['${V%?}', 'v3.12.'],
    ['${V/./-}', 'v3-12.4'],
    ['${V//./-}', 'v3-12-4'],
    ['${V/v/}', '3.12.4'],
    ['${V/*./}', '4'],
    ['${PATH//\\//-}', 'a-b-c'],
    ['${STAR/\\*/-}', 'x-y?z'],
    ['${STAR#x\\*}', 'y?z'],
    ['${STAR%\\?z}', 'x*y'],
    ['${V#}', 'v3.12.4'],
    ['a<<b', 'a<<b'],
  ])('%s is %s', (word, value) => expect(expand(word)).toBe(value))

  it.each(["'a", '"a', '${', '${V', '${}', '${:x}', '${{V}}', '${V:x}', '${V^^}', '${V:#x}', '${V/a}', '${V#\\a}', '${template:name}', '${V.x}'])(
    '%s is refused',
    (word) => expect(() => expand(word)).toThrow(BadSubstitution),
  )

  it('asks for a value where ? says so', () => {
    expect(() => expand('${NOPE?}')).toThrow(ValueRequired)
    expect(() => expand('${EMPTY:?say}')).toThrow('EMPTY: say')
  })

  it('names what was read unset, but not what a default or alternative stands in for', () => {
    expect([...expandWord(sourced('$A${B:-$C}${PWD:-$D}${E:+$F}'), scope, '\\').unset]).toEqual(['A', 'C'])
  })

  it('keeps the source of each character', () => {
    const { value } = expandWord(sourced('a"b"${PWD}\\c'), scope, '\\')
    expect(value.text).toBe('ab/homec')
    expect(value.at).toEqual([0, 2, 1000, 1001, 1002, 1003, 1004, 11])
  })

  it('takes the backtick as escape where the file says so', () => {
    expect(expandWord(sourced('a`$b\\c'), scope, '`').value.text).toBe('a$b\\c')
  })

  it('stops at nesting and growth that no honest file has', () => {
    expect(() => expand(`${'${A:-'.repeat(5000)}x${'}'.repeat(5000)}`)).toThrow(ExpansionTooLarge)
    const long = set({ A: 'x'.repeat(60_000) })
    expect(() => expandWord(sourced('$A$A'), long, '\\')).toThrow(ExpansionTooLarge)
    expect(() => expandWord(sourced('${A#*a*a*a*a*b}'), set({ A: 'a'.repeat(1000) }), '\\')).toThrow(ExpansionTooLarge)
  })
})

describe('expandWords', () => {
  it.each([
    ['RUN cat <<EOF', ['RUN', 'cat', '<<EOF']],
    ["cat <<'A B' x", ['cat', "<<'A B'", 'x']],
    ['cat << EOF', ['cat', '<< EOF']],
    ['a "b  c" d', ['a', '"b  c"', 'd']],
    ['a\\ b c', ['a\\ b', 'c']],
    ['$A ${B} c', ['$A', '${B}', 'c']],
  ])('%s', (line, words) => expect(expandWords(sourced(line), 'raw')).toEqual(words))

  it('refuses what it cannot read', () => expect(() => expandWords(part(sourced("it's"), 0), 'raw')).toThrow(BadSubstitution))
})
