/** `underpin feeds`: fetches security feeds, and says how each of them is. In the operator's database, or in a folder that `match --feed` reads. */
import path from 'node:path'
import { type Command, Option } from 'commander'
import { feeds as allFeeds } from '../../adapters/feeds/index.ts'
import { createHttp } from '../../adapters/http/index.ts'
import { isFault } from '../../domain/fault.ts'
import { closest } from '../../lib/closest.ts'
import { columnsOf, padded, visible } from '../../lib/visible.ts'
import type { UpdatedPart } from '../../pipeline/update-feed.ts'
import type { FeedPart, Feeds } from '../../ports/feeds.ts'
import { type Config, readConfig } from '../config.ts'
import { readDistroTable } from '../distro-table.ts'
import { configuredFeeds } from '../feeds.ts'
import { privateHosts } from '../private-hosts.ts'
import { userAgent } from '../version.ts'
import { exitOutside, exitWrongInput, orExplain } from './explain-problem.ts'
import { type FeedKeep, openFeedKeep } from './feed-keep.ts'
import { withProgress } from './feed-progress.ts'

type Options = { readonly json?: true; readonly feed?: string; readonly accept?: true; readonly failOn?: readonly 'alarm'[] }

/** What came of one feed; `fault`: its publisher could not be asked at all. */
type UpdatedFeed = { readonly feed: string; readonly parts: readonly UpdatedPart[]; readonly fault: object | null }

/** The exit code when something was found that `--fail-on` names. */
const exitFound = 1

const unfetched: ReadonlySet<string> = new Set(allFeeds.flatMap(({ name, fetch }) => (fetch === null ? [name] : [])))
const whyUnfetched = 'osv brings the same; its files are read where a folder of `match --feed` holds them'

/** Adds the commands `feeds update` and `feeds status` to `program`. */
export function registerFeeds(program: Command): void {
  const feeds = program.command('feeds').description('fetch security feeds, and see how they are')
  const where = () =>
    new Option('--feed <dir>', 'keep the published files in this folder (default: the database of DATABASE_URL, else feeds/ in the data folder)')
  feeds
    .command('update')
    .description('ask publishers for what is new; the last good one is kept where something is wrong')
    .argument('[name...]', 'feeds; without names those that the configuration enables')
    .addOption(where())
    .option('--accept', 'take in what is refused for its size or age: you know that it is right')
    .option('--json', 'print one JSON document')
    .action((names: readonly string[], options: Options) => orExplain(() => withKeep(names, options, update)))
  feeds
    .command('status')
    .description('print each part of each feed: items, newest record, last look, alarm')
    .argument('[name...]', 'feeds; all without names')
    .addOption(where())
    .addOption(new Option('--fail-on <kinds...>', 'exit with 1 when something of this kind stands').choices(['alarm']))
    .option('--json', 'print one JSON document')
    .action((names: readonly string[], options: Options) => orExplain(() => withKeep(names, options, status)))
}

type Work = (keep: FeedKeep, feeds: Feeds, names: readonly string[], options: Options) => Promise<void>

async function withKeep(names: readonly string[], options: Options, work: Work): Promise<void> {
  const config: Config = readConfig()
  const http = createHttp({ allowPrivate: privateHosts(config), userAgent })
  const feeds = configuredFeeds(config, http, readDistroTable())
  const unknown = names.find((name) => !feeds.names.includes(name))
  if (unknown !== undefined) {
    const near = closest(unknown, feeds.names)
    console.error(`no feed is called ${visible(unknown)}${near === null ? '.' : `; did you mean ${near}?`} There are ${feeds.names.join(', ')}.`)
    process.exitCode = exitWrongInput
    return
  }
  const folder = options.feed ?? (config.databaseUrl === null ? path.join(config.dataDir, 'feeds') : null)
  const keep = await openFeedKeep(config, folder)
  try {
    await work(keep, feeds, names, options)
  } finally {
    await keep.close()
    await http.close()
  }
}

async function update(keep: FeedKeep, feeds: Feeds, names: readonly string[], options: Options): Promise<void> {
  const updated: UpdatedFeed[] = []
  for (const feed of names.length > 0 ? names : await keep.enabled(feeds.names)) {
    const parts: UpdatedPart[] = []
    let fault: object | null = null
    try {
      for await (const part of keep.update(withProgress(feeds), feed, new Date(), options.accept ?? false)) parts.push(part)
    } catch (error) {
      if (!isFault(error)) throw error
      fault = error.toJSON()
      console.error(`underpin: ${feed}: ${error.message}`)
    }
    if (unfetched.has(feed) && names.includes(feed)) console.error(`underpin: ${feed} is not fetched: ${whyUnfetched}`)
    updated.push({ feed, parts, fault })
  }
  const all = updated.flatMap(({ parts }) => parts)
  if (options.json) console.log(JSON.stringify({ feeds: updated }))
  else if (all.length > 0) console.log(table(all.map((one) => [one.feed, one.part, one.outcome, `${one.items} items`, one.message ?? ''])))
  const isUnwell = updated.some(({ fault }) => fault !== null) || all.some(({ outcome }) => outcome === 'fault' || outcome === 'refused')
  if (isUnwell) process.exitCode = exitOutside
}

async function status(keep: FeedKeep, feeds: Feeds, names: readonly string[], options: Options): Promise<void> {
  const asOf = new Date()
  const parts = await keep.parts()
  const told = (names.length > 0 ? names : feeds.names).map((feed) => ({
    feed,
    parts: parts.filter((one) => one.feed === feed).map((one) => toldPart(one, asOf)),
  }))
  if (options.json) console.log(JSON.stringify({ asOf: asOf.toISOString(), feeds: told }))
  else
    console.log(
      table(
        told.flatMap(({ feed, parts: own }) =>
          own.length === 0 ? [[feed, '', unfetched.has(feed) ? `not fetched: ${whyUnfetched}` : 'never fetched']] : own.map((one) => statusRow(feed, one)),
        ),
      ),
    )
  if (options.failOn?.includes('alarm') && told.some((one) => one.parts.some(({ alarm }) => alarm !== null))) process.exitCode = exitFound
}

type ToldPart = ReturnType<typeof toldPart>

/** A part as `feeds status --json` prints it. */
function toldPart({ part, items, newest, bytes, changedAt, checkedAt, alarm }: FeedPart, asOf: Date) {
  const ageSeconds = Math.max(0, Math.round((asOf.getTime() - checkedAt.getTime()) / 1000))
  return { part, items, newest, bytes, changed: changedAt.toISOString(), checked: checkedAt.toISOString(), ageSeconds, alarm }
}

function statusRow(feed: string, { part, items, newest, ageSeconds, alarm }: ToldPart): readonly string[] {
  return [feed, part, `${items} items`, `newest ${newest ?? 'not told'}`, `asked ${ago(ageSeconds)}`, alarm === null ? 'ok' : `ALARM: ${alarm}`]
}

function ago(seconds: number): string {
  if (seconds < 120) return `${seconds} s ago`
  return seconds < 2 * 3600 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`
}

/** Columns for people; what publishers wrote is made visible. */
function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(visible))
  const widths = clean.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(most[at] ?? 0, columnsOf(cell))).concat(most.slice(row.length)), [])
  return clean
    .map((row) =>
      row
        .map((cell, at) => padded(cell, at === row.length - 1 ? 0 : (widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
