/** OSV is fetched by what changed where that is little, and as a whole where it is much. */
import { expect, test } from 'vitest'
import { createFeeds } from '../../../../src/adapters/feeds/create-feeds.ts'
import { osv } from '../../../../src/adapters/feeds/osv/index.ts'
import type { DistroTable } from '../../../../src/domain/package/distro.ts'
import type { FeedPart } from '../../../../src/ports/feeds.ts'
import { distros } from '../../../support/distros.ts'
import { itemText } from '../../../support/feed-text.ts'
import { zipOf } from '../../../support/zip.ts'
import { client, serve } from '../http/serve.ts'

const onlyDebian: DistroTable = { distros: distros.distros.filter(({ id }) => id === 'debian') }
const record = (id: string): string =>
  JSON.stringify({ id, modified: '2099-01-01T00:00:00Z', affected: [{ package: { ecosystem: 'Debian:12', name: id.toLowerCase() } }] })
const known = (newest: string | null): FeedPart => {
  const at = new Date('2099-01-01T00:00:00Z')
  return { feed: 'osv', part: 'Debian', etag: '"old"', newest, items: 9, bytes: 9, fingerprint: null, changedAt: at, checkedAt: at, alarm: null }
}

async function fetched(list: string, records: Readonly<Record<string, string>>, before: readonly FeedPart[]) {
  const asked: string[] = []
  const { host } = await serve((request, response) => {
    const path = decodeURIComponent(request.url ?? '').replace('/osv-vulnerabilities/', '')
    asked.push(path)
    const answer = path === 'Debian/modified_id.csv' ? list : path === 'Debian/all.zip' ? zipOf(records) : records[path.replace('Debian/', '')]
    if (answer === undefined) response.writeHead(404).end()
    else response.writeHead(200, { etag: '"new"' }).end(answer)
  })
  const feeds = createFeeds({ http: client([host]), distros: onlyDebian, feeds: [osv], origins: { 'https://storage.googleapis.com': `http://${host}` } })
  const parts: unknown[] = []
  for await (const part of feeds.fetch('osv', before)) {
    const items: string[] = []
    if ('files' in part) for await (const file of part.files) for await (const item of feeds.parse('osv', file)) items.push(itemText(item))
    parts.push('files' in part ? { kind: part.kind, etag: part.etag, newest: part.newest, items } : part)
  }
  return { asked, parts }
}

test('what is not known yet is fetched whole', async () => {
  const { asked, parts } = await fetched('2099-02-02T00:00:00Z,A-1\n2099-01-01T00:00:00Z,B-1\n', { 'A-1.json': record('A-1'), 'B-1.json': record('B-1') }, [])

  expect(asked).toEqual(['Debian/modified_id.csv', 'Debian/all.zip'])
  expect(parts).toMatchObject([{ kind: 'replace', etag: '"new"', newest: '2099-02-02T00:00:00Z' }])
  expect((parts[0] as { items: string[] }).items).toHaveLength(2)
})

test('only records that changed since are fetched, oldest first, and one that is gone is told', async () => {
  const list =
    '2099-02-03T00:00:00.5Z,A-1\n2099-02-02T00:00:00.123456789Z,B:1\n2099-02-01T00:00:00Z,GONE-1\n2099-01-01T00:00:00Z,C-1\n2098-01-01T00:00:00Z,D-1\n'
  const { asked, parts } = await fetched(list, { 'A-1.json': record('A-1'), 'B:1.json': record('B:1') }, [known('2099-01-01T00:00:00Z')])

  expect(asked).toEqual(['Debian/modified_id.csv', 'Debian/GONE-1.json', 'Debian/B:1.json', 'Debian/A-1.json'])
  expect(parts).toMatchObject([{ kind: 'patch', newest: '2099-02-03T00:00:00.5Z' }])
  expect((parts[0] as { items: string[] }).items.map((item) => item.split(' | ').at(-1))).toEqual(['gone GONE-1', 'B:1 of osv', 'A-1 of osv'])
})

test('a record of the very moment that we know of may be new', async () => {
  const { asked } = await fetched('2099-01-01T00:00:00.0001Z,A-1\n2099-01-01T00:00:00Z,B-1\n', { 'A-1.json': record('A-1') }, [known('2099-01-01T00:00:00Z')])

  expect(asked).toEqual(['Debian/modified_id.csv', 'Debian/A-1.json'])
})

test('many changes are fetched as the whole', async () => {
  const list = Array.from({ length: 600 }, (_, at) => `2099-02-02T00:00:00Z,A-${at}\n`).join('')
  const { asked, parts } = await fetched(list, { 'A-1.json': record('A-1') }, [known('2099-01-01T00:00:00Z')])

  expect(asked).toEqual(['Debian/modified_id.csv', 'Debian/all.zip'])
  expect(parts).toMatchObject([{ kind: 'replace' }])
})

test.each([
  ['an error page', '<html>\n'],
  ['nothing', ''],
  ['a line that is cut off', '2099-02-02T00:00:00Z,A-'],
  ['a path', '2099-02-02T00:00:00Z,../../secret\n'],
])('%s instead of the list is a fault about the part', async (_, list) => {
  const { asked, parts } = await fetched(list, {}, [known('2099-01-01T00:00:00Z')])

  expect(asked).toEqual(['Debian/modified_id.csv'])
  expect(parts).toMatchObject([{ kind: 'fault', part: 'Debian' }])
})
