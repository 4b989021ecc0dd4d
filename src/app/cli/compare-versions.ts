/** `underpin compare-versions`: which of two package versions is older, or of many pairs from standard input. */
import { Argument, type Command } from 'commander'
import { once } from 'node:events'
import { compareVersions, type PackageType, versionProblem } from '../../domain/package/version-order.ts'
import { shortened, visible } from '../../lib/visible.ts'

/** One comparison as `--json` prints it; `line` (1-based) only where the pairs come from standard input. */
export type Comparison = {
  readonly line?: number
  readonly a: string | null
  readonly b: string | null
  /** `<`, `=` or `>`; for invalid versions by the rule of `compareVersions`. Null where the line holds no two versions. */
  readonly order: '<' | '=' | '>' | null
  /** What is wrong with the line or its versions, for people. */
  readonly problems: readonly string[]
}

const signs = ['<', '=', '>'] as const
/** Longer than any version: what is longer is no list of versions, and is not kept. */
const longestLine = 65_536

/** The comparison of two versions. */
export function comparisonOf(type: PackageType, a: string, b: string): Comparison {
  const problems = [a, b].flatMap((version) => {
    const problem = versionProblem(type, version)
    return problem === null ? [] : [`"${shortened(visible(version), 200)}" ${problem}`]
  })
  return { a, b, order: signs[compareVersions(type, a, b) + 1] ?? '=', problems }
}

/** The comparison on a line `A<TAB>B`. */
function comparisonOnLine(type: PackageType, text: string, line: number): Comparison {
  const versions = text.replace(/\r$/, '').split('\t')
  const [a, b] = versions
  if (text.length <= longestLine && versions.length === 2 && a !== undefined && b !== undefined) return { line, ...comparisonOf(type, a, b) }
  const problem = text.length > longestLine ? `longer than ${longestLine} characters` : 'not two versions with a TAB between them'
  return { line, a: null, b: null, order: null, problems: [problem] }
}

/**
 * Adds the command `compare-versions` to `program`; `input` is where `-` reads from. It sets the exit code: 0, or 2 when a version is invalid or a line
 * holds no two versions. A sign is printed all the same, so that the lines printed are those read; it is an empty line where there is nothing to compare.
 */
export function registerCompareVersions(program: Command, input: AsyncIterable<Uint8Array> = process.stdin): void {
  program
    .command('compare-versions')
    .description('print whether a package version is older (<), the same (=) or newer (>) than another')
    .addArgument(new Argument('<format>', 'whose versions').choices(['deb', 'apk', 'rpm']))
    .argument('<a>', 'a version; - reads lines of two versions with a TAB between them from standard input')
    .argument('[b]', 'the version to compare it with')
    .option('--json', 'print one JSON document')
    .action(async (type: PackageType, a: string, b: string | undefined, options: { readonly json?: true }) => {
      const isJson = options.json === true
      if (a === '-' && (b === undefined || b === '-')) return await compareLines(type, input, isJson)
      if (b === undefined) {
        process.exitCode = 2
        return void process.stderr.write('compare-versions needs two versions, or - to read them from standard input\n')
      }
      const comparison = comparisonOf(type, a, b)
      process.stdout.write(isJson ? `${JSON.stringify(comparison)}\n` : `${comparison.order}\n`)
      tellProblems([comparison])
    })
}

async function compareLines(type: PackageType, input: AsyncIterable<Uint8Array>, isJson: boolean): Promise<void> {
  let count = 0
  for await (const lines of linesOf(input)) {
    const comparisons = lines.map((text, at) => comparisonOnLine(type, text, count + at + 1))
    await print(comparisons.map((one, at) => (isJson ? `${count + at === 0 ? '[' : ',\n'}${JSON.stringify(one)}` : `${one.order ?? ''}\n`)).join(''))
    tellProblems(comparisons)
    count += lines.length
  }
  if (isJson) await print(count === 0 ? '[]\n' : ']\n')
}

function tellProblems(comparisons: readonly Comparison[]): void {
  const told = comparisons.flatMap(({ line, problems }) => problems.map((problem) => `${line === undefined ? '' : `line ${line}: `}${problem}\n`))
  if (told.length === 0) return
  process.exitCode = 2
  process.stderr.write(told.join(''))
}

/** The lines as they arrive, some at a time. Of a line that is too long only so much is kept that it shows. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncIterable<readonly string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = (lines.pop() ?? '').slice(0, longestLine + 1)
    if (lines.length > 0) yield lines
  }
  rest += decoder.decode()
  if (rest !== '') yield [rest]
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
