/** What a publisher may do wrong, and what comes of it: on PostgreSQL, in memory, and in a folder of published files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFeeds } from '../../../src/adapters/feeds/create-feeds.ts'
import { wolfi } from '../../../src/adapters/feeds/wolfi/index.ts'
import { createHttp, type Http } from '../../../src/adapters/http/index.ts'
import { createMemoryAdvisoryStore } from '../../../src/adapters/store/memory/index.ts'
import { readDistroTable } from '../../../src/app/distro-table.ts'
import { readFolderState } from '../../../src/app/feed-folder/state.ts'
import { updateFeedFolder } from '../../../src/app/feed-folder/update.ts'
import { type UpdatedPart, updateFeed } from '../../../src/pipeline/update-feed.ts'
import type { AdvisoryStore } from '../../../src/ports/advisory-store.ts'
import type { FeedPart, Feeds } from '../../../src/ports/feeds.ts'
import { minute } from '../../contract/stores/fixtures.ts'
import { createTestDatabase, type TestDatabase } from '../../stand-ins/postgres.ts'
import { type Publisher, type Published, startPublisher } from '../../stand-ins/publisher.ts'

let db: TestDatabase
let publisher: Publisher
let http: Http
let feeds: Feeds
beforeAll(async () => {
  db = await createTestDatabase()
})
afterAll(() => db.drop())
beforeEach(async () => {
  publisher = await startPublisher()
  http = createHttp({ allowPrivate: [new URL(publisher.origin).host], userAgent: 'underpin-test', wait: async () => {} })
  feeds = createFeeds({ http, distros: readDistroTable(), origins: { 'https://packages.wolfi.dev': publisher.origin }, feeds: [wolfi] })
})
afterEach(async () => {
  await http.close()
  await publisher.close()
})

/** A place where a feed is kept; `holds` gives all that could be found out from it. */
type Keep = {
  update(minutes: number, accept?: boolean): Promise<UpdatedPart>
  parts(): Promise<readonly FeedPart[]>
  holds(): Promise<unknown>
}

async function only(parts: AsyncIterable<UpdatedPart>): Promise<UpdatedPart> {
  const all: UpdatedPart[] = []
  for await (const part of parts) all.push(part)
  expect(all).toHaveLength(1)
  return all[0]!
}

function inStore(advisories: AdvisoryStore): Keep {
  return {
    update: (minutes, accept) => only(updateFeed({ feeds, advisories }, 'wolfi', minute(minutes), accept)),
    parts: () => advisories.parts(),
    holds: () => advisories.about('wolfi', packages),
  }
}

const packages = Array.from({ length: 20 }, (_, at) => `made-up-${at}`)
const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

const keeps: readonly { readonly name: string; readonly open: () => Promise<Keep> }[] = [
  {
    name: 'PostgreSQL',
    open: async () => {
      await db.pool.query('truncate underpin.feed_parts, underpin.feed_changes cascade')
      return inStore(db.stores.advisories)
    },
  },
  { name: 'memory', open: async () => inStore(createMemoryAdvisoryStore()) },
  {
    name: 'a folder',
    open: async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), 'underpin-feeds-'))
      folders.push(folder)
      return {
        update: (minutes, accept) => only(updateFeedFolder(feeds, folder, 'wolfi', minute(minutes), accept)),
        parts: () => readFolderState(folder),
        holds: async () => {
          const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== 'feeds.json')
          return files.map((entry) => [
            path.relative(folder, path.join(entry.parentPath, entry.name)),
            readFileSync(path.join(entry.parentPath, entry.name), 'utf8'),
          ])
        },
      }
    },
  },
]

const file = '/os/security.json'
const secdb = (count: number, version = '1.0-r1') =>
  JSON.stringify({
    apkurl: '{{urlprefix}}/x',
    packages: packages.slice(0, count).map((name) => ({ pkg: { name, secfixes: { [version]: ['CVE-2099-0001'] } } })),
  })
const good: Published = { body: secdb(20), lastModified: 'Sun, 22 Nov 2026 10:00:00 GMT' }

/** What a publisher may have instead of a good file, and what is said of it. */
const wrongs: readonly { readonly name: string; readonly published: Published; readonly says: RegExp }[] = [
  { name: 'nothing in it', published: { body: secdb(0) }, says: /^it is empty$/ },
  { name: 'no bytes', published: { body: '' }, says: /cut off|no JSON/ },
  { name: 'an older one', published: { body: secdb(20, '1.0-r2'), lastModified: 'Sun, 22 Nov 2026 09:59:59 GMT' }, says: /^it is older/ },
  { name: 'a fifth less', published: { body: secdb(16) }, says: /^it has shrunk from 20 to 16 items$/ },
  { name: 'a cut off body', published: { body: secdb(20, '1.0-r2'), cutAt: 100 }, says: /./ },
  { name: 'a cut off file', published: { body: secdb(20, '1.0-r2').slice(0, 200) }, says: /cut off|no JSON/ },
  { name: 'garbage', published: { body: '\u0000\u0001\ufffd garbage' }, says: /no JSON/ },
  { name: 'a page of a proxy', published: { body: '<!doctype html><title>Log in</title>', type: 'text/html' }, says: /no JSON/ },
  { name: 'another document', published: { body: '{"advisories":[]}' }, says: /not a secdb/ },
  {
    name: 'records of another kind',
    published: { body: JSON.stringify({ packages: packages.map((name) => ({ [name]: 1 })) }) },
    says: /^none of its 20 records can be read \(.+package 1/,
  },
]

describe.each(keeps)('a feed kept in $name', ({ open }) => {
  it('is taken in whole, and costs no download while nothing is new', async () => {
    const keep = await open()
    publisher.publish(file, good)
    expect(await keep.update(0)).toMatchObject({ part: 'security.json', outcome: 'saved', items: 20, message: null })
    expect(await keep.update(30)).toMatchObject({ outcome: 'unchanged', items: 20 })
    expect(publisher.bodies()).toBe(1)
    const fingerprint = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(await keep.parts()).toMatchObject([
      {
        feed: 'wolfi',
        items: 20,
        bytes: good.body.length,
        fingerprint,
        newest: '2026-11-22T10:00:00.000Z',
        changedAt: minute(0),
        checkedAt: minute(30),
        alarm: null,
      },
    ])
  })

  it.each(wrongs)('stays as it was when the publisher has $name, with an alarm until he is well', async ({ published, says }) => {
    const keep = await open()
    publisher.publish(file, good)
    await keep.update(0)
    const before = await keep.holds()
    publisher.publish(file, published)
    const updated = await keep.update(30)
    expect(updated).toMatchObject({ items: 20, changed: 0, message: expect.stringMatching(says) })
    expect(['refused', 'fault']).toContain(updated.outcome)
    expect(await keep.holds()).toEqual(before)
    expect(await keep.parts()).toMatchObject([{ items: 20, etag: expect.stringMatching(/^"/), checkedAt: minute(0), alarm: updated.message }])
    publisher.publish(file, good)
    expect(await keep.update(60)).toMatchObject({ outcome: 'unchanged', message: null })
    expect(await keep.parts()).toMatchObject([{ checkedAt: minute(60), alarm: null }])
  })

  it('a file that is gone is an alarm, and so is the first one that is bad', async () => {
    const keep = await open()
    expect(await keep.update(0)).toMatchObject({ outcome: 'fault', items: 0, message: expect.stringContaining('404') })
    publisher.publish(file, { body: secdb(0) })
    expect(await keep.update(1)).toMatchObject({ outcome: 'refused', message: 'it is empty' })
    publisher.publish(file, good)
    expect(await keep.update(2)).toMatchObject({ outcome: 'saved' })
    publisher.publish(file, null)
    expect(await keep.update(3)).toMatchObject({ outcome: 'fault', items: 20 })
    expect(await keep.holds()).not.toEqual([])
  })

  it('a publisher who cannot be reached is a fault, and an alarm of what is known', async () => {
    const keep = await open()
    publisher.publish(file, good)
    await keep.update(0)
    await publisher.close()
    await expect(keep.update(30)).rejects.toMatchObject({ kind: 'transient' })
    expect(await keep.parts()).toMatchObject([{ items: 20, checkedAt: minute(0), alarm: expect.any(String) }])
  })

  it('a person may say that what has shrunk is right, but not that nothing is', async () => {
    const keep = await open()
    publisher.publish(file, good)
    await keep.update(0)
    publisher.publish(file, { body: secdb(2) })
    expect(await keep.update(1)).toMatchObject({ outcome: 'refused' })
    expect(await keep.update(2, true)).toMatchObject({ outcome: 'saved', items: 2 })
    publisher.publish(file, { body: secdb(0) })
    expect(await keep.update(3, true)).toMatchObject({ outcome: 'refused' })
    expect(await keep.parts()).toMatchObject([{ items: 2 }])
  })

  it('tells when the content changed', async () => {
    const keep = await open()
    publisher.publish(file, good)
    await keep.update(0)
    publisher.publish(file, {
      body: secdb(20).replace('"made-up-3","secfixes":{"1.0-r1"', '"made-up-3","secfixes":{"1.0-r9"'),
      lastModified: 'Sun, 22 Nov 2026 11:00:00 GMT',
    })
    expect(await keep.update(1)).toMatchObject({ outcome: 'saved', items: 20 })
    expect(await keep.parts()).toMatchObject([{ changedAt: minute(1), newest: '2026-11-22T11:00:00.000Z' }])
  })
})

it('names the packages whose advisories changed, and keeps them until their users are woken', async () => {
  const advisories = createMemoryAdvisoryStore()
  const keep = inStore(advisories)
  publisher.publish(file, good)
  await keep.update(0)
  await advisories.noteMatched((await advisories.unmatched(99)).map(({ change }) => change))
  publisher.publish(file, { body: secdb(20).replace('"made-up-3","secfixes":{"1.0-r1"', '"made-up-3","secfixes":{"1.0-r9"') })
  expect(await keep.update(1)).toMatchObject({ outcome: 'saved', changed: 1 })
  expect(await advisories.unmatched(9)).toMatchObject([{ release: 'wolfi', packageName: 'made-up-3' }])
})
