/** `underpin policy check`: what is wrong with a policy file, or every value that it puts in force and where each comes from. */
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { readLocalFile } from '../../adapters/files/index.ts'
import { formatPolicyProblem, policyPath, type PolicyValue, type ReadPolicy } from '../../domain/repo/policy.ts'
import { visible } from '../../lib/visible.ts'
import { policyFileOf, renderPolicyValues } from '../../render/policy-values.ts'
import { nothing, parsePolicy } from '../folder-policy.ts'
import { exitWrongInput, orExplain } from './explain-problem.ts'

type Options = { readonly extends?: string; readonly json?: true }

/** Adds the command `policy check` to `program`. */
export function registerPolicy(program: Command): void {
  program
    .command('policy')
    .description('look at policy files')
    .command('check')
    .description('say what is wrong with a policy file, line and column, or print every value in force and where it comes from')
    .argument('[file]', 'the policy file, or the folder of a repo', policyPath)
    .option('--extends <file>', "the organisation's policy file, for one that extends it")
    .option('--json', 'print one JSON document')
    .action((file: string, options: Options) => orExplain(() => check(file, options)))
}

async function check(given: string, options: Options): Promise<void> {
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true
  const name = isFolder ? path.join(given, policyPath) : given
  const bytes = await readOrSay(name)
  const base = options.extends === undefined ? null : await readOrSay(options.extends)
  if (bytes === null || (options.extends !== undefined && base === null)) return
  const read = await parsePolicy(bytes, { base: base === null || options.extends === undefined ? nothing : { name: options.extends, bytes: base } })
  const problems = read.kind === 'broken' ? read.problems : []
  if (options.json === true) console.log(JSON.stringify(printed(read, name)))
  else if (read.kind === 'policy') process.stdout.write(renderPolicyValues(read.values, name, { colour: process.stdout.isTTY }))
  for (const problem of problems) console.error(visible(formatPolicyProblem(problem, name)))
  if (read.kind === 'policy') sayWhatIsLeftOut(read.values, name, options.extends ?? null)
  if (path.basename(name) === 'underpin.yaml') console.error(`Underpin reads ${policyPath} only; rename ${name}`)
  if (problems.length > 0) process.exitCode = exitWrongInput
}

function sayWhatIsLeftOut(values: readonly PolicyValue[], name: string, base: string | null): void {
  const extended = values.find(({ path: field }) => field === 'extends')?.from?.at
  if (extended !== undefined && base === null)
    console.error(`${name}:${extended.line}:${extended.column}: the policy that it extends is left out; name its file with --extends to see what both come to`)
  if (extended === undefined && base !== null) console.error(`${name} extends no other policy, so ${base} has no part in it`)
}

/** The start of a file; where it cannot be read, null, and that is said. */
async function readOrSay(name: string): Promise<Uint8Array | null> {
  const file = await readLocalFile(name)
  if (file.kind === 'file') return file.bytes
  const misnamed = name.replace(/\.yml$/, '.yaml')
  const advice = misnamed !== name && existsSync(misnamed) ? `; rename ${misnamed}, since Underpin reads ${policyPath} only` : ''
  console.error(visible(`${name}: ${file.problem}${advice}`))
  process.exitCode = exitWrongInput
  return null
}

/** The answer as `policy check --json` prints it. */
function printed(read: ReadPolicy, name: string) {
  const values = read.kind === 'policy' ? read.values : []
  const problems = read.kind === 'broken' ? read.problems : []
  return {
    file: name,
    policy: read.kind === 'policy' ? policyFileOf(values) : null,
    values: values.map(({ path: field, value, from }) => ({
      field,
      value,
      from: from === null ? { kind: 'default' } : { kind: 'file', file: from.file ?? name, ...from.at },
    })),
    problems: problems.map(({ file, at, path: field, message }) => ({
      file: file ?? name,
      line: at?.line ?? null,
      column: at?.column ?? null,
      field,
      message,
    })),
  }
}
