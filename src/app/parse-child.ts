/** The script of the parser children: answers `ParseTask`s until its parent goes away. */
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { ParseTask } from '../adapters/parse/index.ts'
import type { Answer, Ready } from '../adapters/parse/pool.ts'
import { formatNamed } from '../formats/index.ts'

// Optimizing code takes a short-lived child more time than it wins back, so that only the hottest is optimized. A V8 without the flag goes on without it.
setFlagsFromString('--interrupt-budget=1000000')

/** Ends this process when the parent is gone: also in an endless loop, where no event of ours would be heard. */
const watchdog = 'const p = process.ppid; setInterval(() => { if (process.ppid !== p) process.kill(process.pid, "SIGKILL") }, 500)'

async function perform(task: ParseTask): Promise<unknown> {
  if (task.kind === 'file') return formatNamed(task.format).read(task.file, task.surroundings)
  if (task.kind === 'rpm-database') return (await import('../adapters/inventories/rpm/index.ts')).readRpmDatabase(task.files)
  const { readPolicy } = await import('../policy/policy-file.ts') // late: Dockerfiles need no YAML
  return readPolicy(task.bytes, task.surroundings)
}

process.on('disconnect', () => process.exit(0))
process.on('message', (task: ParseTask) => {
  perform(task)
    .then((value): Answer => ({ ok: true, value }))
    .catch((error: unknown): Answer => ({ ok: false, message: (error instanceof Error ? error.message : String(error)).slice(0, 500) }))
    .then((answer) => process.send?.(answer))
})
process.send?.({ isReady: true } satisfies Ready)
new Worker(watchdog, { eval: true }).unref()
