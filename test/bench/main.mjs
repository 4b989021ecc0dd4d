/** `npm run bench`: how long `scan` takes for 500 Dockerfiles, and how much memory. The registry is the stand-in on loopback; what is measured is the whole process. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startRegistry } from '../../dist-test/test/stand-ins/registry/index.js'

const root = path.resolve(import.meta.dirname, '../..')
const files = 500
const runs = 5
const mostMegabytes = 180

/** What is measured: `images` different images under the 500 files, whose tags have moved or not, within `targetSeconds`. */
const rounds = [
  { name: '500 files, one image, moved', images: 1, moved: true, targetSeconds: 0.9 },
  { name: '500 files, 500 images, moved', images: 500, moved: true, targetSeconds: 2.5 },
  { name: '500 files, 500 images, current', images: 500, moved: false, targetSeconds: 2.5 },
]

/** How often the children of a measured process are looked at, ms. */
const lookEveryMs = 20

/** Runs `scan` once: seconds from start to exit, seconds of CPU, the peak memory of the process and its children together, and what it printed. */
async function scan(folder, place) {
  const started = process.hrtime.bigint()
  const script = ['--import', path.join(import.meta.dirname, 'note-usage.mjs'), path.join(root, 'dist/app/cli/main.js'), 'scan', folder, '--json']
  const child = spawn(process.execPath, script, {
    env: { PATH: process.env.PATH, HOME: place.home, UNDERPIN_CONFIG: place.config, UNDERPIN_BENCH_USED: place.used },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const peaks = new Map()
  const looking = setInterval(() => notePeaks(childrenOf(child.pid), peaks), lookEveryMs)
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text))
  const code = await new Promise((done) => child.once('close', done))
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  clearInterval(looking)
  if (code !== 0) throw new Error(`scan ended with ${code}:\n${err.slice(-4000)}`)
  const used = JSON.parse(readFileSync(place.used, 'utf8'))
  const megabytes = [...peaks.values()].reduce((sum, kilobytes) => sum + kilobytes, used.kilobytes) / 1024
  return { seconds, cpuSeconds: used.cpuSeconds, megabytes, report: JSON.parse(out) }
}

/** The processes that `pid` started, and those that they did. Where there is no /proc, none. */
function childrenOf(pid) {
  try {
    const own = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return own === '' ? [] : own.split(' ').flatMap((child) => [child, ...childrenOf(child)])
  } catch {
    return []
  }
}

/** Keeps for each process the most memory it has held so far, kB. */
function notePeaks(pids, peaks) {
  for (const pid of pids) {
    try {
      const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
      if (found !== null) peaks.set(pid, Number(found[1]))
    } catch {
      // It has ended in between.
    }
  }
}

/** Writes the Dockerfiles and what they name into the registry; gives the folder. */
function prepare(round, registry, place) {
  const folder = path.join(place.home, `${round.images}-${round.moved}`)
  const references = Array.from({ length: round.images }, (_, at) => {
    const name = `bench/${round.moved ? 'moved' : 'current'}-${round.images}-${at}`
    const pinned = registry.pushImage(name, '1.0', { label: `${name} one` }).digest
    if (round.moved) registry.pushImage(name, '1.0', { label: `${name} two` })
    return `${registry.host}/${name}:1.0@${pinned}`
  })
  for (let at = 0; at < files; at++) {
    const service = path.join(folder, `team-${at % 20}`, `service-${at}`)
    mkdirSync(service, { recursive: true })
    writeFileSync(path.join(service, 'Dockerfile'), `FROM ${references[at % references.length]}\nCOPY . /app\nCMD ["/app/run"]\n`)
  }
  return folder
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

const home = mkdtempSync(path.join(os.tmpdir(), 'underpin-bench-'))
const place = { home, config: path.join(home, 'underpin.yml'), used: path.join(home, 'used.json') }
const registry = await startRegistry()
let missed = 0
try {
  writeFileSync(place.config, `registries:\n  - { host: '${registry.host}', insecure: true, allowPrivate: true }\n`)
  console.log(`Node ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}), median of ${runs} runs after one to warm up\n`)
  console.log('scan of                            seconds   target    CPU s   peak MB   target   requests')
  for (const round of rounds) {
    const folder = prepare(round, registry, place)
    const { report } = await scan(folder, place)
    const wanted = round.moved ? 'update' : 'current'
    const wrong = report.uses.filter((use) => use.decision.kind !== wanted)
    if (report.uses.length !== files || wrong.length > 0)
      throw new Error(`${report.uses.length} uses, ${wrong.length} of them not "${wanted}": ${JSON.stringify(wrong[0])}`)
    const measured = []
    for (let run = 0; run < runs; run++) measured.push(await scan(folder, place))
    const seconds = median(measured.map((run) => run.seconds))
    const megabytes = Math.max(...measured.map((run) => run.megabytes))
    if (seconds > round.targetSeconds || megabytes > mostMegabytes) missed++
    const cpuSeconds = median(measured.map((run) => run.cpuSeconds))
    const columns = [
      seconds.toFixed(2).padStart(7),
      String(round.targetSeconds).padStart(6),
      cpuSeconds.toFixed(2).padStart(6),
      megabytes.toFixed(0).padStart(7),
      String(mostMegabytes).padStart(6),
      String(report.upstreamRequests).padStart(8),
    ]
    console.log(`${round.name.padEnd(34)} ${columns.join('   ')}`)
  }
} finally {
  await registry.close()
  rmSync(home, { recursive: true, force: true })
}
console.log(missed === 0 ? '\nEvery target met.' : `\n${missed} of ${rounds.length} missed a target.`)
process.exitCode = missed === 0 ? 0 : 1
