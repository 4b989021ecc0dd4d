/** What every feed must keep: items only from what was published, faults for what is cut off or none, and nothing fetched twice. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Feed } from '../../src/adapters/feeds/feed.ts'
import { createFeeds } from '../../src/adapters/feeds/create-feeds.ts'
import { createHttp } from '../../src/adapters/http/index.ts'
import type { FeedItem } from '../../src/domain/advisory/advisory.ts'
import { Fault } from '../../src/domain/fault.ts'
import type { FeedFile, FeedPart, FetchedPart } from '../../src/ports/feeds.ts'
import { distros } from '../support/distros.ts'
import { itemText } from '../support/feed-text.ts'

export type FeedSubject = {
  readonly feed: Feed
  /** A good file as it is published, that lists at least one item; it must not end with white space. */
  readonly path: string
  readonly bytes: Uint8Array
  /** What the publisher's host answers, by path on it (`/tracker/data/json`); empty where the feed is not fetched. */
  readonly published: Readonly<Record<string, Uint8Array>>
  /** The origins it asks. */
  readonly origins: readonly string[]
}

/** A file as if it were published. */
export function fileOf(path: string, bytes: Uint8Array, chunk = 65_536): FeedFile {
  return {
    path,
    async *open() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
    },
  }
}

/** What was given until the end or the fault; anything that is no fault is thrown. */
export async function readItems(feed: Feed, file: FeedFile): Promise<{ readonly items: readonly string[]; readonly fault: Fault | null }> {
  const items: FeedItem[] = []
  try {
    for await (const item of feed.parse(file, { distros }) ?? []) items.push(item)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { items: items.map(itemText), fault: error }
  }
  return { items: items.map(itemText), fault: null }
}

const isProblem = (text: string): boolean => text.startsWith('problem ')

/** Declares the suite. */
export function feedContract({ feed, path, bytes, published, origins }: FeedSubject): void {
  const read = (content: Uint8Array, chunk?: number) => readItems(feed, fileOf(path, content, chunk))
  const isGzip = path.endsWith('.gz')
  const packed = (text: string | Uint8Array): Uint8Array => (isGzip ? gzipSync(text) : Buffer.from(text))

  describe(`${feed.name} keeps the feed contract`, () => {
    test('a good file has items and no problem, in whatever pieces it comes', async () => {
      const whole = await read(bytes)

      expect(whole.fault).toBeNull()
      expect(whole.items).not.toEqual([])
      expect(whole.items.filter(isProblem)).toEqual([])
      expect(await read(bytes, 1)).toEqual(whole)
    })

    test('a file that is cut off anywhere is refused, or names a problem, and says nothing that the whole one does not', async () => {
      const whole = new Set((await read(bytes)).items)
      const step = Math.max(1, Math.floor(bytes.length / 400))
      const lies: string[] = []
      for (let size = 0; size < bytes.length; size += step) {
        const { items, fault } = await read(bytes.subarray(0, size))
        if (fault?.kind !== 'invalid' && !items.some(isProblem)) lies.push(`${size} bytes: no complaint`)
        lies.push(...items.filter((item) => !isProblem(item) && !whole.has(item)).map((item) => `${size} bytes: ${item}`))
      }

      expect(lies).toEqual([])
    })

    test.each([
      ['nothing', ''],
      ['white space', ' \n'],
      ['an error page', '<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n'],
      ['text', 'try again later\n'],
      ['another JSON', '{"message":"rate limited"}'],
      ['a JSON text', '"hello"'],
    ])('%s is refused, or at least no item', async (_, content) => {
      const { items, fault } = await read(packed(content))

      expect(fault?.kind === 'invalid' || items.some(isProblem)).toBe(true)
      expect(items.filter((item) => !isProblem(item))).toEqual([])
    })

    test('random bytes in its place are refused', async () => {
      const noise = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7919 + ((at * at) % 251)) & 0xff)

      expect((await read(noise)).fault).toMatchObject({ kind: 'invalid' })
      expect((await read(packed(noise))).fault).toMatchObject({ kind: 'invalid' })
    })

    test('a document that nests a million deep is refused, not followed', async () => {
      const { fault } = await read(packed(`{"packages":${'['.repeat(1_000_000)}`))

      expect(fault).toMatchObject({ kind: 'invalid' })
    })

    test('keys that mean something to JavaScript change nothing', async () => {
      const text = (isGzip ? gunzipSync(bytes) : Buffer.from(bytes)).toString('latin1')
      const hostile = text.replace(
        '{',
        '{"__proto__":{"polluted":true,"releases":{"__proto__":{"status":"open"}}},"constructor":{"prototype":{"polluted":true}},',
      )

      await read(packed(Buffer.from(hostile, 'latin1')))

      expect(({} as { readonly polluted?: unknown }).polluted).toBeUndefined()
      expect(Object.keys(Object.prototype)).toEqual([])
    })

    test('a read me is none of its files', () => {
      expect(feed.parse(fileOf('README.md', Buffer.from('# Hello')), { distros })).toBeNull()
    })

    if (feed.fetch !== null) fetchContract(feed, published, origins)
  })
}

function fetchContract(feed: Feed, published: FeedSubject['published'], origins: readonly string[]): void {
  test('a first fetch brings all parts, and a second one nothing where the ETags are the same', async () => {
    const publisher = await publish(published)
    const feeds = feedsAt(publisher.origin, feed, origins)

    const first = await partsOf(feed, feeds.fetch(feed.name, []))
    const good = first.filter(({ part }) => part.kind === 'replace')
    expect(good).not.toEqual([])
    expect(good.flatMap(({ items }) => items).filter((item) => !isProblem(item))).not.toEqual([])

    publisher.bodies.length = 0
    const known = good.flatMap(({ part }) => (part.kind === 'replace' ? [knownAs(feed.name, part)] : []))
    const second = await partsOf(feed, feeds.fetch(feed.name, known))
    expect(second.filter(({ part }) => known.some((one) => one.part === part.part)).map(({ part }) => part.kind)).toEqual(known.map(() => 'unchanged'))
    expect(publisher.bodies).toEqual([])
  })

  test('a part that is gone is a fault about that part', async () => {
    const publisher = await publish({})

    const parts = await partsOf(feed, feedsAt(publisher.origin, feed, origins).fetch(feed.name, []))

    expect(parts).not.toEqual([])
    expect(parts.every(({ part }) => part.kind === 'fault')).toBe(true)
  })

  test('a part that the publisher cannot give now is a fault about that part', async () => {
    const publisher = await publish({}, { status: 503 })

    const parts = await partsOf(feed, feedsAt(publisher.origin, feed, origins).fetch(feed.name, []))

    expect(parts).not.toEqual([])
    expect(parts.every(({ part }) => part.kind === 'fault' && part.message.includes('503'))).toBe(true)
  })

  test('a publisher that cannot be reached raises a transient fault', async () => {
    await expect(partsOf(feed, feedsAt('http://127.0.0.1:9', feed, origins).fetch(feed.name, []))).rejects.toMatchObject({ kind: 'transient' })
  })

  test('an answer that breaks off raises while it is read', async () => {
    const publisher = await publish(published, { isCut: true })

    const parts = feedsAt(publisher.origin, feed, origins).fetch(feed.name, [])

    const first = (await partsOf(feed, parts).catch((error: unknown) => error)) as unknown
    const faults = Array.isArray(first) ? (first as Awaited<ReturnType<typeof partsOf>>).filter(({ part }) => part.kind === 'fault') : [first]
    expect(faults).not.toEqual([])
  })
}

/** A publisher on loopback that answers with ETags. `bodies`: the paths of which a body was sent. */
async function publish(
  published: FeedSubject['published'],
  { isCut = false, status = 404 }: { readonly isCut?: boolean; readonly status?: number } = {},
): Promise<{ readonly origin: string; readonly bodies: string[] }> {
  const bodies: string[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const path = decodeURIComponent(request.url ?? '')
    const body = published[path]
    const etag = `"${body?.length}"`
    if (body === undefined) response.writeHead(status).end('no such file')
    else if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end()
    else {
      bodies.push(path)
      response.writeHead(200, { etag, 'content-length': String(body.length), 'last-modified': 'Wed, 01 Jan 2098 00:00:00 GMT' })
      if (isCut) response.write(body.subarray(0, Math.max(1, body.length - 3)), () => response.destroy())
      else response.end(body)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies }
}

function feedsAt(origin: string, feed: Feed, origins: readonly string[]) {
  const http = createHttp({ allowPrivate: [new URL(origin).host], userAgent: 'underpin-test', wait: async () => {} })
  onTestFinished(() => http.close())
  return createFeeds({ http, distros, feeds: [feed], origins: Object.fromEntries(origins.map((one) => [one, origin])) })
}

/** Parts in their order, each with what its files say. */
async function partsOf(feed: Feed, fetched: AsyncIterable<FetchedPart>): Promise<{ readonly part: FetchedPart; readonly items: readonly string[] }[]> {
  const parts = []
  for await (const part of fetched) {
    const items: string[] = []
    if (part.kind === 'replace' || part.kind === 'patch') {
      for await (const file of part.files) {
        for await (const item of feed.parse(file, { distros }) ?? []) items.push(itemText(item))
      }
    }
    parts.push({ part, items })
  }
  return parts
}

function knownAs(feed: string, part: Extract<FetchedPart, { readonly kind: 'replace' | 'patch' }>): FeedPart {
  const at = new Date('2099-01-01T00:00:00Z')
  return { feed, part: part.part, etag: part.etag, newest: part.newest, items: 1, bytes: 1, fingerprint: null, changedAt: at, checkedAt: at, alarm: null }
}
