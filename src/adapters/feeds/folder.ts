/** Feeds from a folder: `<name>/…` holds each feed's files as its publisher gives them out. */
import { createReadStream } from 'node:fs'
import { opendir } from 'node:fs/promises'
import path from 'node:path'
import type { FeedItem } from '../../domain/advisory/advisory.ts'
import { Fault, isFault } from '../../domain/fault.ts'
import type { FeedFile } from '../../ports/feeds.ts'
import type { Feed, FeedContext } from './feed.ts'
import { feeds as allFeeds } from './index.ts'

/** Bounds of the walk: entries in all, and folders inside of each other. */
const limits = { entries: 1_000_000, depth: 8 }

/**
 * What all files in the folder say that belong to one of `feeds`, feed by feed and file by file, sorted by name. Files that no feed claims are passed over. A
 * file that cannot be read to its end is a `problem` that names its path in the folder; what it said before counts. Raises `missing` where there is no such
 * folder, `invalid` where it holds more than one could mean.
 */
export async function* readFeedFolder(folder: string, context: FeedContext, feeds: readonly Feed[] = allFeeds): AsyncIterable<FeedItem> {
  const inside = new Set((await entriesOf(folder, folder)).filter((entry) => entry.isDirectory()).map((entry) => entry.name))
  for (const feed of feeds) {
    if (!inside.has(feed.name)) continue
    for await (const file of feedFiles(folder, feed.name)) {
      try {
        for await (const item of feed.parse(file, context) ?? []) {
          yield item.kind === 'problem' ? { ...item, where: `${feed.name}/${item.where}` } : item
        }
      } catch (error) {
        if (!isFault(error)) throw error
        yield { kind: 'problem', where: `${feed.name}/${file.path}`, message: error.message }
      }
    }
  }
}

/** The files of one feed in such a folder, sorted; paths are relative to the feed's own folder. Links are not followed. Faults as of `readFeedFolder`. */
export async function* feedFiles(folder: string, feed: string): AsyncIterable<FeedFile> {
  const root = path.join(folder, feed)
  const count = { entries: 0 }
  for await (const file of walk(root, '', 0, count)) {
    yield { path: file, open: () => bytesOf(path.join(root, file), `${feed}/${file}`) }
  }
}

async function* walk(root: string, below: string, depth: number, count: { entries: number }): AsyncIterable<string> {
  if (depth > limits.depth) throw new Fault('invalid', `${root} has folders more than ${limits.depth} deep; gave up`)
  for (const entry of await entriesOf(path.join(root, below), root)) {
    count.entries += 1
    if (count.entries > limits.entries) throw new Fault('invalid', `${root} has more than ${limits.entries} files; gave up`)
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* walk(root, name, depth + 1, count)
    else if (entry.isFile()) yield name
  }
}

async function entriesOf(folder: string, named: string) {
  const entries = []
  try {
    for await (const entry of await opendir(folder)) {
      entries.push(entry)
      if (entries.length > limits.entries) throw new Fault('invalid', `${named} has more than ${limits.entries} files; gave up`)
    }
  } catch (cause) {
    if (isFault(cause)) throw cause
    throw new Fault('missing', `the folder ${folder} cannot be read`, { cause })
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function* bytesOf(file: string, shown: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Uint8Array
  } catch (cause) {
    throw new Fault('missing', `${shown} cannot be read`, { cause })
  }
}
