/** `npm run bench [refs|scan|layers|feeds]`: times and memory of whole processes against their targets; without a word, all of them. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const benches = {
  refs: async () => (await import('./refs.mjs')).benchRefs,
  scan: async () => (await import('./scan.mjs')).benchScan,
  layers: async () => (await import('./layers.mjs')).benchLayers,
  feeds: async () => (await import('./feeds.mjs')).benchFeeds,
}

const home = mkdtempSync(path.join(os.tmpdir(), 'underpin-bench-'))
let missed = 0
try {
  console.log(`Node ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model.trim()})\n`)
  for (const [name, load] of Object.entries(benches)) if ([name, undefined].includes(process.argv[2])) missed += await (await load())(home)
} finally {
  rmSync(home, { recursive: true, force: true })
}
console.log(missed === 0 ? '\nEvery target met.' : `\n${missed} missed a target.`)
process.exitCode = missed === 0 ? 0 : 1
