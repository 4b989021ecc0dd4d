/** `.env` files and variables as Compose reads them. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnvFile } from '../../../../src/formats/compose/env-file.ts'
import { interpolate } from '../../../../src/formats/compose/variables.ts'
import { fromFile } from '../../../../src/formats/sourced.ts'

const read = (text: string) => Object.fromEntries([...readEnvFile(Buffer.from(text), 0)].map(([name, { text: value }]) => [name, value]))

describe('readEnvFile', () => {
  it.each<[rule: string, text: string, variables: Record<string, string>]>([
    ['names and values', 'A=1\nB = two words \nexport C=3\nD: 4\n', { A: '1', B: 'two words', C: '3', D: '4' }],
    ['comments', '# A=1\n  # B=2\nC=3 # c\nD=4#d\nE=#e\n', { C: '3', D: '4#d', E: '' }],
    ['quotes', `A="x # y" # c\nB='x $A'\nC="$A!"\n`, { A: 'x # y', B: 'x $A', C: 'x # y!' }],
    ['escapes in double quotes', 'A="x\\ty\\"z\\$A\\\\."\nB=x\\ty\n', { A: 'x\ty"z$A\\.', B: 'x\\ty' }],
    ['several lines in quotes', 'A="x\ny"\nB=1\n', { A: 'x\ny', B: '1' }],
    ['the last one counts', 'A=1\nA=2\n', { A: '2' }],
    ['variables of those before, not of those after', 'A=$B\nB=1\nC=${B}${D:-x}\n', { B: '1', C: '1x' }],
    ['what says nothing is left out', 'A\n=1\n1B=2\nC="open\nD=4\n', { D: '4' }],
    ['Windows line ends and a byte order mark', '\ufeffA=1\r\nB="2"\r\n', { A: '1', B: '2' }],
  ])('%s', (_rule, text, variables) => expect(read(text)).toEqual(variables))

  it('values that double with each line come to an end', () => {
    const lines = Array.from({ length: 64 }, (_, i) => `V${i + 1}=$V${i}$V${i}\n`).join('')
    expect(Object.values(read(`V0=${'x'.repeat(64)}\n${lines}`)).every((value) => value.length <= 4096)).toBe(true)
  })

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readEnvFile(bytes, 0)))
  })
})

describe('interpolate', () => {
  const variables = readEnvFile(Buffer.from('SET=1\nEMPTY=\n'), 0)
  const resolve = (text: string) => {
    const { value, unset } = interpolate(fromFile(text, 0), variables)
    return [value.text, ...unset]
  }

  it.each<[text: string, value: string, ...unset: string[]]>([
    ['$SET-${SET}', '1-1'],
    ['$$SET $', '$SET $'],
    ['${EMPTY:-a}${EMPTY-b}', 'a'],
    ['${NONE:-a}${NONE-b}', 'ab'],
    ['${SET:+a}${EMPTY:+b}${EMPTY+c}${NONE+d}', 'ac'],
    ['${NONE}', '', 'NONE'],
    ['${NONE:?say}${SET?say}', '1', 'NONE'],
    ['${NONE:-x${SET}y${NO:-z}}', 'x1yz'],
    ['${NONE:-$NO}', '', 'NO'],
    ['${SET', '${SET'],
    ['${}${1}$1', '${}${1}$1'],
  ])('%s', (text, ...wanted) => expect(resolve(text)).toEqual(wanted))

  it('takes many braces, closed or not, in linear time', () => {
    expect(resolve('${a:-'.repeat(200_000))[0]).toHaveLength(1_000_000)
    expect(resolve('${a:-'.repeat(10_000) + '}'.repeat(10_000))).toHaveLength(1)
  })
})
