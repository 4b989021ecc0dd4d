/** The advisories that concern a few images, gathered from a folder of published feeds or from the store that `feeds update` fills. */
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { readFeedFolder } from '../adapters/feeds/folder.ts'
import { feeds as allFeeds } from '../adapters/feeds/index.ts'
import type { Advisory } from '../domain/advisory/advisory.ts'
import type { Finding } from '../domain/advisory/finding.ts'
import type { ExploitNotes } from '../domain/advisory/finding-of.ts'
import { advisedNames, match } from '../domain/advisory/match.ts'
import { Fault } from '../domain/fault.ts'
import { type DistroTable, distroRow, type ReleaseKey, releaseKey } from '../domain/package/distro.ts'
import { installedRelease } from '../domain/package/installed-release.ts'
import type { Inventory } from '../domain/package/inventory.ts'
import type { AdvisoryStore } from '../ports/advisory-store.ts'
import type { FeedPart } from '../ports/feeds.ts'
import { readFolderState } from './feed-folder/state.ts'

export type KnownAdvisories = {
  /** About the packages of the images only. */
  readonly advisories: readonly Advisory[]
  readonly notes: ExploitNotes
  /** The feeds that speak of the images' distributions and are at hand, with when they were last fetched. */
  readonly feeds: readonly { readonly name: string; readonly checkedAt: Date }[]
  /** The releases of the images that any advisory of those feeds speaks of: about another one, that nothing was found says nothing. */
  readonly spoken: ReadonlySet<ReleaseKey>
  /** Feeds of which the publisher's last answer was not taken in, so that an older one counts, a sentence each. */
  readonly alarms: readonly string[]
  /** What could not be read of them, a sentence each, for people. */
  readonly problems: readonly string[]
}

/** What applies to an image, worst first; with `all` also what was looked up and does not. `at` is now. */
export function findingsOf(
  { advisories, notes }: KnownAdvisories,
  table: DistroTable,
  inventory: Inventory,
  at: Date,
  options: { readonly all?: boolean } = {},
): readonly Finding[] {
  return match({ table, advisories, notes, at }, inventory, options)
}

/** What CISA and FIRST say, whatever the distribution. */
const noteFeeds = ['kev', 'epss']

/** The feeds that speak of these inventories, the most believed first; without those that only add notes. */
export function feedsAbout(table: DistroTable, inventories: readonly Inventory[]): readonly string[] {
  return [...new Set(inventories.flatMap(({ distro }) => (distro === null ? [] : (distroRow(table, distro)?.feeds ?? []))))]
}

/**
 * From a folder with each feed's files as published (`<name>/…`); only feeds that speak of the images are read. Problems with single records are told and the
 * rest counts. Fault: `missing` where the folder is not there.
 */
export async function advisoriesInFolder(folder: string, table: DistroTable, inventories: readonly Inventory[]): Promise<KnownAdvisories> {
  const there = await readdir(folder).catch((cause: unknown) => {
    throw new Fault('missing', `the folder ${folder} cannot be read; --feed takes a folder that holds <name>/… for each feed`, { cause })
  })
  const wanted = feedsAbout(table, inventories).filter((name) => there.includes(name))
  const names = namesByRelease(table, inventories)
  const advisories: Advisory[] = []
  const notes = new Map<string, { kev: boolean; epss: number | null }>()
  const problems: string[] = []
  const spoken = new Set<ReleaseKey>()
  const noteOn = (id: string, more: { kev?: boolean; epss?: number }) => notes.set(id, { kev: false, epss: null, ...notes.get(id), ...more })
  const read = allFeeds.filter(({ name }) => wanted.includes(name) || noteFeeds.includes(name))
  for await (const item of readFeedFolder(folder, { distros: table }, read)) {
    switch (item.kind) {
      case 'advisory':
        if (names.has(item.advisory.release)) spoken.add(item.advisory.release)
        if (names.get(item.advisory.release)?.has(item.advisory.packageName) === true) advisories.push(item.advisory)
        break
      case 'exploited':
        noteOn(item.vulnerability, { kev: true })
        break
      case 'likelihood':
        noteOn(item.vulnerability, { epss: item.epss })
        break
      case 'problem':
        problems.push(`${item.where}: ${item.message}`)
        break
      case 'gone':
    }
  }
  const feeds = await Promise.all(wanted.map(async (name) => ({ name, checkedAt: await newestIn(path.join(folder, name)) })))
  const alarms = alarmsOf((await readFolderState(folder)).filter(({ feed }) => read.some(({ name }) => name === feed)))
  return { advisories, notes, feeds, spoken, alarms, problems }
}

/** The same from a store that `feeds update` fills; each feed is as old as its oldest part. */
export async function advisoriesInStore(
  store: Pick<AdvisoryStore, 'parts' | 'about' | 'notes' | 'speaksOf'>,
  table: DistroTable,
  inventories: readonly Inventory[],
): Promise<KnownAdvisories> {
  const wanted = feedsAbout(table, inventories)
  const all = await store.parts()
  const parts = all.filter(({ feed }) => wanted.includes(feed))
  const advisories: Advisory[] = []
  const spoken = new Set<ReleaseKey>()
  for (const [release, names] of namesByRelease(table, inventories)) {
    const about = await store.about(release, [...names])
    advisories.push(...about)
    if (about.length > 0 || (await store.speaksOf(release))) spoken.add(release)
  }
  const notes = await store.notes([...new Set(advisories.flatMap(({ vulnerabilities }) => vulnerabilities))])
  const feeds = [...new Set(parts.map(({ feed }) => feed))].map((name) => {
    const times = parts.filter(({ feed }) => feed === name).map(({ checkedAt }) => checkedAt.getTime())
    return { name, checkedAt: new Date(Math.min(...times)) }
  })
  const alarms = alarmsOf(all.filter(({ feed }) => wanted.includes(feed) || noteFeeds.includes(feed)))
  return { advisories, notes, feeds, spoken, alarms, problems: [] }
}

function alarmsOf(parts: readonly Pick<FeedPart, 'feed' | 'part' | 'alarm'>[]): readonly string[] {
  return parts.flatMap(({ feed, part, alarm }) => (alarm === null ? [] : [`${feed} ${part} could not be updated, so an older one counts: ${alarm}`]))
}

/** Whether advisories that speak of the inventory's release are at hand. */
export function isSpokenOf({ spoken }: Pick<KnownAdvisories, 'spoken'>, table: DistroTable, inventory: Inventory): boolean {
  const distro = installedRelease(inventory)
  const release = distro === null ? null : releaseKey(table, distro)
  return release !== null && spoken.has(release)
}

/** By release, the names that its advisories may use for what the inventories hold. */
function namesByRelease(table: DistroTable, inventories: readonly Inventory[]): ReadonlyMap<ReleaseKey, ReadonlySet<string>> {
  const names = new Map<ReleaseKey, Set<string>>()
  for (const inventory of inventories) {
    const distro = installedRelease(inventory)
    const release = distro === null ? null : releaseKey(table, distro)
    if (release === null) continue
    const known = names.get(release) ?? new Set()
    for (const name of advisedNames(inventory)) known.add(name)
    names.set(release, known)
  }
  return names
}

/** When the newest thing directly in `folder` was written: as old as that the feed is at least. */
async function newestIn(folder: string): Promise<Date> {
  const times = await Promise.all([folder, ...(await readdir(folder)).slice(0, 1_000).map((name) => path.join(folder, name))].map((file) => stat(file)))
  return new Date(Math.max(...times.map(({ mtimeMs }) => mtimeMs)))
}
