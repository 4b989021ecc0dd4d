/** Version order against the samples, and against dpkg and rpm themselves. */
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareVersions, type PackageType, versionProblem } from '../../src/domain/package/version-order.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/versions')
const signs = ['<', '=', '>'] as const
const run = promisify(execFile)

type Pair = readonly [a: string, b: string]

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'underpin-versions-'))
})
afterAll(() => rm(folder, { recursive: true }))

const sign = (type: PackageType, [a, b]: Pair): string => signs[compareVersions(type, a, b) + 1] ?? ''

/** The lines of a sample; `~` and `!~` are apk's match, not an order. */
function linesOf(type: PackageType): readonly { readonly line: string; readonly pair: Pair; readonly order: string }[] {
  const lines = readFileSync(path.join(samples, `${type}.txt`), 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [, a, order, b] = /^(\S+) ([<=>]) (\S+)$/.exec(line) ?? []
    return a === undefined || b === undefined || order === undefined ? [] : [{ line, pair: [a, b], order }]
  })
}

describe('the samples', () => {
  it.each([
    ['deb', 2087],
    ['apk', 367],
    ['rpm', 2046],
  ] as const)('%s: all %d lines', (type, count) => {
    const lines = linesOf(type)

    expect(lines).toHaveLength(count)
    expect(lines.filter(({ pair, order }) => sign(type, pair) !== order).map(({ line }) => line)).toEqual([])
  })
})

/** Numbers from 0 up to `below`, always the same ones (mulberry32). */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Pairs that differ little: real versions of the samples, one of them with up to three pieces put in, taken out or swapped. rpm compares any text, dpkg only valid versions. */
function pairsLikeReal(type: PackageType, count: number, pieces: readonly string[]): readonly Pair[] {
  const roll = dice(20_261_122)
  const real = [...new Set(linesOf(type).flatMap(({ pair }) => pair))].filter((version) => versionProblem(type, version) === null)
  const any = <Item>(items: readonly Item[]): Item => items[roll(items.length)]!
  const changed = (version: string): string => {
    const at = roll(version.length + 1)
    return version.slice(0, at) + (roll(3) === 0 ? '' : any(pieces)) + version.slice(at + roll(3))
  }
  const pairs: Pair[] = []
  while (pairs.length < count) {
    const a = any(real)
    let b = roll(10) === 0 ? any(real) : a
    for (let changes = roll(4); changes > 0; changes -= 1) b = changed(b)
    if (b !== '' && (type === 'rpm' || versionProblem(type, b) === null)) pairs.push(roll(2) === 0 ? [a, b] : [b, a])
  }
  return pairs
}

const pieces = {
  deb: [...'0123456789azAZ.+~-:', '~rc1', '+deb12u', '~bpo', '00', '10', '0:', '1:', '-0', 'ubuntu'],
  rpm: [...'0123456789azAZ.+~^_-:{}%é ', '~rc1', '^git', '.el9', '00', '10', '0:', '1:', '-0', '..'],
} as const

/** Which of our signs are not theirs. */
const differences = (type: PackageType, pairs: readonly Pair[], theirs: readonly string[]): readonly string[] =>
  pairs.flatMap((pair, at) => (sign(type, pair) === theirs[at] ? [] : [`${pair[0]} ${sign(type, pair)} ${pair[1]}, they say ${theirs[at]}`]))

const asLines = (pairs: readonly Pair[]): string => pairs.map((pair) => `${pair.join('\t')}\n`).join('')

describe('dpkg', () => {
  const pairs = pairsLikeReal('deb', 100_000, pieces.deb)

  it('Dpkg::Version says the same about 100,000 pairs', async () => {
    const script = 'use Dpkg::Version; while (<>) { chomp; my ($a, $b) = split /\\t/; print(("=", ">", "<")[version_compare($a, $b)], "\\n") }'
    const theirs = await linesFrom('perl', ['-e', script], asLines(pairs))

    expect(differences('deb', pairs, theirs)).toEqual([])
    expect(new Set(theirs).size).toBe(3)
  })

  it('dpkg --compare-versions agrees about 2,000 of them, asked one by one', async () => {
    const some = pairs.filter((_, at) => at % 50 === 0)
    const words = { '<': 'lt', '=': 'eq', '>': 'gt' }
    const asked = some.map((pair) => `${pair[0]}\t${words[sign('deb', pair) as keyof typeof words]}\t${pair[1]}\n`)
    const loop = 'while read -r a order b; do if dpkg --compare-versions "$a" "$order" "$b"; then echo yes; else echo "no: $a $order $b"; fi; done'
    const answers = await linesFrom('sh', ['-c', loop], asked.join(''))

    expect(answers).toHaveLength(2000)
    expect(answers.filter((answer) => answer !== 'yes')).toEqual([])
  })

  it('what we call invalid, dpkg complains about, and nothing else', async () => {
    const odd = [
      '',
      '1.0',
      'a:1',
      ':1',
      '1:',
      '-1',
      '1.0-',
      'v1.0',
      '1.0_1',
      '1 0',
      '0:1.0-1:2',
      '1:2:3',
      '2147483647:1',
      '2147483648:1',
      '1.0-a_b',
      '0é',
      '1.0~~-~',
    ]
    const theirs = await Promise.all(
      odd.map((text) =>
        run('dpkg', ['--validate-version', text]).then(
          () => true,
          () => false,
        ),
      ),
    )

    expect(odd.map((text) => `${text} ${versionProblem('deb', text) === null}`)).toEqual(odd.map((text, at) => `${text} ${theirs[at]}`))
  })
})

describe('rpm', () => {
  it('vercmp says the same about 100,000 pairs', async () => {
    const pairs = pairsLikeReal('rpm', 100_000, pieces.rpm)
    const file = path.join(folder, 'pairs.tsv')
    await writeFile(file, asLines(pairs))
    const lua = `for l in io.lines("${file}") do local a, b = l:match("([^\\t]*)\\t(.*)"); io.write(({[-1] = "<", [0] = "=", [1] = ">"})[rpm.vercmp(a, b)], "\\n") end`
    const theirs = await linesFrom('rpm', ['--eval', `%{lua:${lua}}`], '')

    expect(differences('rpm', pairs, theirs)).toEqual([])
    expect(new Set(theirs.filter((line) => line !== '')).size).toBe(3)
  })
})

/** What a program prints for `input`, line by line. A missing program rejects, and so does one that fails. */
function linesFrom(program: string, args: readonly string[], input: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    let out = ''
    child.once('error', reject)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
    child.once('close', (code) => (code === 0 ? resolve(out.trimEnd().split('\n')) : reject(new Error(`${program} ended with ${code}`))))
    child.stdin.end(input)
  })
}
