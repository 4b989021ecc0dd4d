/** The process that the bench measures: reads a folder of feeds, and matches it against inventories. Arguments: the folder, the folder of a day's changes, how many inventories. */
import { readFeedFolder } from '../../dist/adapters/feeds/folder.js'
import { readDistroTable } from '../../dist/app/distro-table.js'
import { createMatcher } from '../../dist/domain/advisory/match.js'
import { inventoryOf } from './debian.mjs'

const [folder, changes, count] = process.argv.slice(2)
const table = readDistroTable()

/** The releases that images are of: as the store knows them, and as advisories about others are left out for a command. */
const inUse = new Set(['debian:11', 'debian:12', 'debian:13'])

async function read(from) {
  const advisories = []
  for await (const item of readFeedFolder(from, { distros: table })) {
    if (item.kind === 'problem') throw new Error(`${item.where}: ${item.message}`)
    if (item.kind === 'advisory' && inUse.has(item.advisory.release)) advisories.push(item.advisory)
  }
  return advisories
}

/** Matches these images; the time that making them up takes does not count. */
function matchAll(advisories, images) {
  const began = performance.now()
  let [making, packages, findings] = [0, 0, 0]
  const matcher = createMatcher({ table, advisories, notes: new Map(), at: new Date('2026-01-01') })
  for (const image of images) {
    const from = performance.now()
    const inventory = inventoryOf(image)
    making += performance.now() - from
    packages += inventory.packages.length
    findings += matcher.match(inventory).length
  }
  return { seconds: (performance.now() - began - making) / 1e3, packages, findings }
}

const began = performance.now()
let advisories = await read(folder)
const readSeconds = (performance.now() - began) / 1e3
const images = Array.from({ length: Number(count) }, (_, image) => image)
const full = matchAll(advisories, images)
const records = advisories.length
advisories = []

const dayBegan = performance.now()
const changed = await read(changes)
const names = new Set(changed.map(({ packageName }) => packageName))
const dayReadSeconds = (performance.now() - dayBegan) / 1e3
// Who holds a changed package is a question to the store, which keeps an index of it.
const holding = images.filter((image) => inventoryOf(image).packages.some(({ sourceName }) => names.has(sourceName)))
const day = matchAll(changed, holding)

console.log(JSON.stringify({ records, readSeconds, full, changed: changed.length, dayReadSeconds, holding: holding.length, day }))
