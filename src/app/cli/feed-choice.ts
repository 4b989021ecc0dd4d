/** Which advisories `match` and `diff` hold against images: those of a folder that the person names, else those that `feeds update` fetched. */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Option } from 'commander'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import type { Inventory } from '../../domain/package/inventory.ts'
import { readConfig } from '../config.ts'
import { advisoriesInFolder, advisoriesInStore, feedsAbout, type KnownAdvisories } from '../known-advisories.ts'
import { openOperatorDatabase } from '../operator-database.ts'

/** `--feed DIR`. */
export function feedOption(): Option {
  return new Option('--feed <dir>', "a folder that holds <name>/… in each feed's own published format, instead of what feeds update fetched")
}

/** The advisories about these images. Faults: `missing` where `folder` was named and is not there, and those of the database. */
export async function advisoriesFor(distros: DistroTable, folder: string | undefined, inspections: readonly Inspection[]): Promise<KnownAdvisories> {
  const inventories = inspections.map(({ inventory }) => inventory)
  if (folder !== undefined) return advisoriesInFolder(folder, distros, inventories)
  const { databaseUrl, dataDir } = readConfig()
  if (databaseUrl !== null) return advisoriesInDatabase(databaseUrl, distros, inventories)
  const fetched = path.join(dataDir, 'feeds')
  const isThere = (await stat(fetched).catch(() => null))?.isDirectory() === true
  return isThere
    ? advisoriesInFolder(fetched, distros, inventories)
    : { advisories: [], notes: new Map(), feeds: [], spoken: new Set(), alarms: [], problems: [] }
}

async function advisoriesInDatabase(connectionString: string, distros: DistroTable, inventories: readonly Inventory[]): Promise<KnownAdvisories> {
  const { stores, close } = await openOperatorDatabase(connectionString, 'match')
  try {
    return await advisoriesInStore(stores.advisories, distros, inventories)
  } finally {
    await close()
  }
}

/** Why nothing could be looked up for these images, and how to get what is missing; null where something was, or where no feed speaks of them at all. */
export function missingFeeds(distros: DistroTable, { feeds }: KnownAdvisories, inspections: readonly Inspection[]): string | null {
  const inventories = inspections.map(({ inventory }) => inventory)
  const wanted = feedsAbout(distros, inventories)
  if (wanted.length === 0 || feeds.length > 0) return null
  return `no feed is there that speaks of this distribution (it wants ${wanted.join(' or ')}): run "underpin feeds update", or name a folder with --feed`
}

/** How old what was looked up is, and what of it could not be brought up to date, a sentence each. */
export function lookedUpIn({ feeds, alarms }: KnownAdvisories): readonly string[] {
  const asOf = feeds.map(({ name, checkedAt }) => `${name} of ${checkedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`)
  return [...(asOf.length === 0 ? [] : [`looked up in ${asOf.join(', ')}`]), ...alarms]
}
