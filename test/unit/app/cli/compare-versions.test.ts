/** The command `compare-versions`, by the contract of its output. */
import { Command } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { registerCompareVersions } from '../../../../src/app/cli/compare-versions.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

async function compare(args: readonly string[], chunks: readonly string[] = []) {
  const written = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.err += String(text)), true))
  const program = new Command().exitOverride()
  const input = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }
  registerCompareVersions(program, input())
  const refused = await program.parseAsync(['compare-versions', ...args], { from: 'user' }).then(
    () => false,
    () => true,
  )
  const code = refused ? 'refused' : Number(process.exitCode ?? 0)
  process.exitCode = undefined
  vi.restoreAllMocks()
  return { ...written, code }
}

describe('two versions', () => {
  it.each([
    [['deb', '1.0~rc1', '1.0'], '<'],
    [['deb', '1.0', '1.0-0'], '='],
    [['deb', '1:1.0', '2.0'], '>'],
    [['apk', '1.0_rc1', '1.0'], '<'],
    [['rpm', '1.0^', '1.0'], '>'],
  ])('%j prints %s', async (args, sign) => expect(await compare(args)).toEqual({ out: `${sign}\n`, err: '', code: 0 }))

  it('an invalid one exits 2 and says what is wrong; the sign by the documented rule is printed all the same', async () => {
    expect(await compare(['deb', 'v1.0\u202e', '1.0'])).toEqual({ out: '>\n', err: '"v1.0⟨U+202E⟩" does not start with a digit\n', code: 2 })
  })

  it('one alone, or a format that is none, is wrong usage', async () => {
    expect(await compare(['deb', '1.0'])).toMatchObject({ out: '', code: 2 })
    expect(await compare(['npm', '1.0', '2.0'])).toMatchObject({ out: '', code: 'refused' })
  })

  it('--json prints one document', async () => {
    expect(JSON.parse((await compare(['apk', '1.0', '1.0bc', '--json'])).out)).toEqual({
      a: '1.0',
      b: '1.0bc',
      order: '<',
      problems: ['"1.0bc" has something after its first 4 characters that no apk version has there'],
    })
  })
})

describe('lines from standard input', () => {
  it.each([[['-']], [['-', '-']]])('%j prints one sign a line, however the bytes arrive', async (dashes) => {
    const chunks = ['1\t2', '\n2\t', '2\n10\t9\r', '\n1\t1']

    expect(await compare(['deb', ...dashes], chunks)).toEqual({ out: '<\n=\n>\n=\n', err: '', code: 0 })
  })

  it('a wrong line is named, exits 2, and leaves its place empty; the others are compared', async () => {
    const { out, err, code } = await compare(['deb', '-'], ['1\t2\n', 'nothing\n1\t2\t3\n\n', 'a\t1\n2\t1\n'])

    expect({ out, code }).toEqual({ out: '<\n\n\n\n>\n>\n', code: 2 })
    expect(err.split('\n')).toEqual([
      ...[2, 3, 4].map((line) => `line ${line}: not two versions with a TAB between them`),
      'line 5: "a" does not start with a digit',
      '',
    ])
  })

  it('a line without an end is not kept', async () => {
    const { out, err, code } = await compare(['deb', '-'], [...Array.from({ length: 50 }, () => '1'.repeat(10_000)), '\t1\n1\t2\n'])

    expect({ out, err, code }).toEqual({ out: '\n<\n', err: 'line 1: longer than 65536 characters\n', code: 2 })
  })

  it('--json prints one array, also of nothing', async () => {
    expect(JSON.parse((await compare(['deb', '-', '--json'], ['1\t2\n', 'x\n'])).out)).toEqual([
      { line: 1, a: '1', b: '2', order: '<', problems: [] },
      { line: 2, a: null, b: null, order: null, problems: ['not two versions with a TAB between them'] },
    ])
    expect((await compare(['deb', '-', '--json'])).out).toBe('[]\n')
  })
})
