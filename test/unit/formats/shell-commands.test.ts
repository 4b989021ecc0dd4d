/** Shell scripts as words: quotes, continuations, expansions, heredocs, and what a script sets itself. */
import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shellSteps, type Variable } from '../../../src/formats/shell-commands.ts'
import { fromBuilder, fromFile } from '../../../src/formats/sourced.ts'

const known: Variable = (name) => (name === 'KNOWN' ? fromBuilder('value') : null)
const wordsOf = (script: string): readonly (readonly string[])[] =>
  shellSteps(fromFile(script, 0), known).map((step) => (step.kind === 'command' ? step.words.map(({ text }) => text.replaceAll('\0', '?')) : [step.kind]))

describe('words', () => {
  it.each([
    ['a b  c', [['a', 'b', 'c']]],
    ['a \'b c\' "d e" f\\ g', [['a', 'b c', 'd e', 'f g']]],
    ['a \\\n  b \\\r\n c', [['a', 'b', 'c']]],
    ['a; b && c || d | e & f\ng', [['a'], ['b'], ['c'], ['d'], ['e'], ['f'], ['g']]],
    ['a # b\nc#d', [['a'], ['c#d']]],
    ['a $KNOWN "${KNOWN}x" \'$KNOWN\' $OTHER x$(b c)y `d`', [['a', 'value', 'valuex', '$KNOWN', '?', 'x?y', '?']]],
    ['a ${KNOWN:-b} $(c "$(d)" e) $1 $?', [['a', '?', '?', '?', '?']]],
    ['a >b 2>&1 <c d 3 >e', [['a', 'd', '3']]],
    ['a <<EOF b\ndocker build .\nEOF\nc', [['a'], ['c']]],
    ["a <<-'E'\n\tb\n\tE\nc", [['a'], ['c']]],
    ['(a b)', [['open'], ['a', 'b'], ['close']]],
    ['KNOWN=x; a $KNOWN', [['KNOWN=x'], ['a', '?']]],
    [
      'KNOWN=x a $KNOWN; b $KNOWN',
      [
        ['KNOWN=x', 'a', 'value'],
        ['b', '?'],
      ],
    ],
    [
      'export KNOWN=x\na $KNOWN',
      [
        ['export', 'KNOWN=x'],
        ['a', '?'],
      ],
    ],
    ['for KNOWN in 1 2; do a $KNOWN; done', [['for', 'KNOWN', 'in', '1', '2'], ['do', 'a', '?'], ['done']]],
    [
      'a KNOWN=x; b $KNOWN',
      [
        ['a', 'KNOWN=x'],
        ['b', 'value'],
      ],
    ],
  ])('of %j', (script, words) => expect(wordsOf(script)).toEqual(words))

  it('keep their bytes', () => {
    const [step] = shellSteps(fromFile('a "b c"', 100), known)
    expect(step?.kind === 'command' && [...(step.words[1]?.at ?? [])]).toEqual([103, 104, 105])
  })

  it('come of any text', () => {
    const pieces = constantFrom('"', "'", '$', '(', ')', '{', '}', '`', '\\', '\n', '<<E', 'E', '>', '&', ';', ' ', 'a', '#', '=')
    assert(property(array(pieces, { maxLength: 60 }), (script) => Array.isArray(wordsOf(script.join('')))))
  })

  it('are not read of a script longer than any honest one', () => expect(wordsOf('a '.repeat(200_000))).toEqual([]))
})
