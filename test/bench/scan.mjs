/** How long `scan` takes for 500 Dockerfiles, and how much memory. The registry is the stand-in on loopback; what is measured is the whole process. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { startRegistry } from '../../dist-test/test/stand-ins/registry/index.js'
import { measureNode, median } from './measure.mjs'

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

/** Prints a line a round, and gives how many missed a target. */
export async function benchScan(home) {
  const registry = await startRegistry()
  const place = { home, config: path.join(home, 'underpin.yml'), used: path.join(home, 'used.json') }
  let missed = 0
  try {
    writeFileSync(place.config, `registries:\n  - { host: '${registry.host}', insecure: true, allowPrivate: true }\n`)
    console.log(`scan of: median of ${runs} runs         seconds   target    CPU s   peak MB   target   requests`)
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
  }
  return missed
}

async function scan(folder, { home, config, used }) {
  const measured = await measureNode([path.join(root, 'dist/app/cli/main.js'), 'scan', folder, '--json'], { HOME: home, UNDERPIN_CONFIG: config }, used)
  return { ...measured, report: JSON.parse(measured.out) }
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
