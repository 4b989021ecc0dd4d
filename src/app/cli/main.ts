#!/usr/bin/env node
/** The `underpin` command. Only the command that was asked for is loaded, and a command loads what it works with when it runs. */
import { Command } from 'commander'
import { version } from '../version.ts'

/** Each command adds itself to the program. The order is that of the help. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  scan: async () => (await import('./scan.ts')).registerScan,
  refs: async () => (await import('./refs.ts')).registerRefs,
  tags: async () => (await import('./tags.ts')).registerTags,
  inspect: async () => (await import('./inspect.ts')).registerInspect,
  match: async () => (await import('./match.ts')).registerMatch,
  diff: async () => (await import('./diff.ts')).registerDiff,
  'compare-versions': async () => (await import('./compare-versions.ts')).registerCompareVersions,
  policy: async () => (await import('./policy.ts')).registerPolicy,
  feeds: async () => (await import('./feeds.ts')).registerFeeds,
  serve: async () => (await import('./serve.ts')).registerServe,
  migrate: async () => (await import('./migrate.ts')).registerMigrate,
  doctor: async () => (await import('./doctor.ts')).registerDoctor,
}

const program = new Command('underpin').description('Keeps container images patched, and proves it.').version(version)
// Before the commands are added: they inherit it.
program.exitOverride((error) => {
  // Commander's own exit code for wrong usage is 1, which the contract gives another meaning.
  process.exit(error.exitCode === 0 ? 0 : 2)
})
const asked = commands[process.argv[2] ?? '']
for (const load of asked === undefined ? Object.values(commands) : [asked]) (await load())(program)
// Whoever reads us may leave early (`| head`); that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
await program.parseAsync().catch((error: unknown) => {
  // A bug. Its code is none of the contract's: 1 would mean that something was found.
  console.error(error)
  process.exit(70)
})
