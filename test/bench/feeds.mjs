/** How long a full Debian tracker file takes from its bytes to findings on 10,000 inventories, how much memory, and how long a day's changes take. */
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { trackerDelta, trackerJson } from './debian.mjs'
import { measureNode } from './measure.mjs'

const inventories = 10_000
const changesOfADay = 250
const most = { seconds: 20, megabytes: 500, daySeconds: 1 }

/** Prints what it came to, and gives how many targets were missed. */
export async function benchFeeds(home) {
  const [full, day] = [path.join(home, 'feeds'), path.join(home, 'changes')]
  for (const [folder, json] of [
    [full, trackerJson()],
    [day, trackerDelta(changesOfADay)],
  ]) {
    mkdirSync(path.join(folder, 'debian-tracker'), { recursive: true })
    await writeFile(path.join(folder, 'debian-tracker/tracker.json'), json)
  }
  const script = [path.join(import.meta.dirname, 'match-inventories.mjs'), full, day, String(inventories)]
  const { out, megabytes, cpuSeconds } = await measureNode(script, {}, path.join(home, 'used.json'))
  const came = JSON.parse(out)
  if (came.full.findings === 0 || came.day.findings === 0) throw new Error(`nothing was found: ${out}`)
  const size = (statSync(path.join(full, 'debian-tracker/tracker.json')).size / 1e6).toFixed(0)
  const seconds = came.readSeconds + came.full.seconds
  const daySeconds = came.dayReadSeconds + came.day.seconds
  console.log(`\na Debian tracker file of ${size} MB (${came.records} records) and ${inventories} inventories (${came.full.packages} packages)`)
  console.log(
    `read and matched    ${seconds.toFixed(2)} s (${came.readSeconds.toFixed(2)} + ${came.full.seconds.toFixed(2)}), target ${most.seconds} s; ${cpuSeconds.toFixed(2)} s of CPU; ${came.full.findings} findings`,
  )
  console.log(`peak memory         ${megabytes.toFixed(0)} MB, target ${most.megabytes} MB`)
  console.log(
    `a day's ${came.changed} records  ${daySeconds.toFixed(2)} s for ${came.holding} inventories that hold them, target ${most.daySeconds} s; ${came.day.findings} findings`,
  )
  for (const folder of [full, day]) rmSync(folder, { recursive: true })
  return [seconds > most.seconds, megabytes > most.megabytes, daySeconds > most.daySeconds].filter(Boolean).length
}
