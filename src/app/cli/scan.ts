/** `underpin scan`: what is stale in a folder of files and why, and with `--write` the pins moved. */
import { statSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { createMemoryObservationStore, createMemoryTagListStore } from '../../adapters/store/memory/index.ts'
import type { DecisionKind } from '../../domain/decision.ts'
import { type ExtentWord, extentWords } from '../../domain/image/extent.ts'
import { pinOf } from '../../domain/repo/image-use.ts'
import type { Policy } from '../../domain/repo/policy.ts'
import { renderScan } from '../../render/terminal.ts'
import { openRegistryAccess } from '../registry-access.ts'
import { type ScannedUse, scan } from '../scan.ts'
import { readDistroTable } from '../distro-table.ts'
import { readFolderPolicy } from '../folder-policy.ts'
import { readFolder } from '../local-uses.ts'
import { writeMoves } from '../write-moves.ts'
import { exitOutside, exitWrongInput, orExplain } from './explain-problem.ts'
import { showProgress } from './progress.ts'
import { isUnreadable, usePrinted } from './refs.ts'

type Options = { readonly json?: true; readonly write?: true; readonly pin?: true; readonly policy?: ExtentWord; readonly failOn?: readonly DecisionKind[] }

/** The exit code when something was found that `--fail-on` names. */
const exitFound = 1

/** Adds the command `scan` to `program`. */
export function registerScan(program: Command): void {
  program
    .command('scan')
    .description('find image uses, ask their registries, and say what is stale and why; needs no GitHub App and no database')
    .argument('[dir]', 'the folder to look in', '.')
    .option('--json', 'print one JSON document')
    .option('--write', 'move the pins in the files')
    .option('--pin', 'also give floating tags a digest')
    .addOption(new Option('--policy <follow>', 'how far every image may move, whatever the policy file says').choices(extentWords))
    .addOption(new Option('--fail-on <kinds...>', 'exit with 1 when a decision of this kind was made').choices(['update', 'hold', 'skip']))
    .action((dir: string, options: Options) => orExplain(() => run(dir, options)))
}

async function run(dir: string, options: Options): Promise<void> {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) {
    console.error(`${dir} is not a folder that can be read; scan takes a folder, refs takes files as well`)
    process.exitCode = exitWrongInput
    return
  }
  const asOf = new Date()
  const { http, registry, grants, problems: loginProblems } = openRegistryAccess()
  const problems: string[] = []
  const found = await readFolder(dir)
  const read = await readFolderPolicy(dir)
  problems.push(...found.problems, ...read.problems)
  const policy = wished(read.policy, options)
  const onProgress = showProgress('looked up')
  const stores = { observations: createMemoryObservationStore(), tagLists: createMemoryTagListStore() }
  const uses = await scan({ registry, ...stores, distros: readDistroTable(), grants, onProgress }, found.uses, policy, asOf)
  await http.close()
  if (options.json === true) console.log(JSON.stringify({ asOf, uses: uses.map(printed), builds: [], upstreamRequests: registry.requests }))
  else
    process.stdout.write(
      renderScan(
        uses.map((use) => ({ ...use, upstream: seen(use) })),
        { colour: process.stdout.isTTY },
      ),
    )
  if (options.write === true && read.problems.length > 0) console.error('nothing is written until the policy file is mended')
  else if (options.write === true) {
    const moved = await writeMoves(dir, uses)
    problems.push(...moved.problems)
    console.error(moved.written.length === 0 ? 'nothing to write' : `wrote ${moved.written.join(', ')}`)
  }
  for (const problem of [...read.notes, ...problems, ...loginProblems]) console.error(problem)
  process.exitCode = exitCode(uses, problems, options.failOn ?? [])
}

/** The policy with what the flags say in place of what it says. */
function wished(policy: Policy, { pin, policy: follow }: Options): Policy {
  const set = { ...(pin === undefined ? {} : { pinFloatingTags: true }), ...(follow === undefined ? {} : { follow: { kind: follow } }) }
  if (follow === undefined) return { ...policy, ...set }
  const alike = (rules: Policy['imageRules']) => rules.map((rule) => ({ ...rule, sets: { ...rule.sets, ...set } }))
  return { ...policy, ...set, imageRules: alike(policy.imageRules), pathRules: alike(policy.pathRules) }
}

function exitCode(uses: readonly ScannedUse[], problems: readonly string[], failOn: readonly DecisionKind[]): number {
  const isUnread = uses.some(({ use }) => isUnreadable(use))
  if (problems.length > 0 || isUnread) return exitWrongInput
  if (uses.some(({ upstream }) => upstream?.kind === 'fault')) return exitOutside
  return uses.some(({ decision }) => failOn.includes(decision.kind)) ? exitFound : 0
}

function seen({ upstream }: ScannedUse) {
  return upstream?.kind === 'seen' ? { digest: upstream.digest, firstSeen: upstream.firstSeen } : null
}

/** One use as `scan --json` prints it (COMMANDS: a contract). */
function printed(scanned: ScannedUse) {
  const { use, upstream, decision } = scanned
  const fault = upstream?.kind === 'fault' ? upstream.fault : null
  return { ...usePrinted(use), current: { digest: pinOf(use) }, upstream: seen(scanned), decision, fault }
}
