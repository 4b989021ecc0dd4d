/** Fetching from the vendors, on a publisher that stands in on loopback: what is asked for, what a second look costs, and what a lie comes to. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFeeds } from '../../../../src/adapters/feeds/create-feeds.ts'
import type { FeedPart, Feeds, FetchedPart } from '../../../../src/ports/feeds.ts'
import { distros } from '../../../support/distros.ts'
import { archive } from '../../../support/archives.ts'
import { client, serve } from '../http/serve.ts'

type Answer = { readonly body: Uint8Array; readonly etag?: string }

/** What the publisher has, by path; what it was asked for, with `304` where that was the answer. */
const published = new Map<string, Answer>()
const asked: string[] = []

beforeEach(() => {
  published.clear()
  asked.length = 0
})

async function stand(publisher: string): Promise<Feeds> {
  const { host } = await serve((request, response) => {
    const answer = published.get(request.url ?? '')
    const isKnown = answer?.etag !== undefined && request.headers['if-none-match'] === answer.etag
    const status = answer === undefined ? 404 : isKnown ? 304 : 200
    asked.push(`${status} ${request.url}`)
    response.writeHead(status, answer?.etag === undefined ? {} : { etag: answer.etag })
    response.end(status === 200 ? answer?.body : undefined)
  })
  return createFeeds({ http: client([host]), distros, origins: { [publisher]: `http://${host}` } })
}

function put(path: string, body: string | Uint8Array, etag?: string): void {
  published.set(path, { body: Buffer.from(body), ...(etag === undefined ? {} : { etag }) })
}

type Seen = {
  readonly part: string
  readonly kind: string
  readonly etag?: string | null
  readonly newest?: string | null
  readonly items?: readonly string[]
  readonly message?: string
}

/** Each part with what its files come to. */
async function fetched(feeds: Feeds, feed: string, known: readonly Partial<FeedPart>[] = []): Promise<Seen[]> {
  const out: Seen[] = []
  for await (const part of feeds.fetch(feed, known as readonly FeedPart[])) out.push(await seen(feeds, feed, part))
  return out
}

async function seen(feeds: Feeds, feed: string, part: FetchedPart): Promise<Seen> {
  if (part.kind === 'unchanged') return { part: part.part, kind: part.kind }
  if (part.kind === 'fault') return { part: part.part, kind: part.kind, message: part.message }
  const items: string[] = []
  try {
    for await (const file of part.files) {
      for await (const item of feeds.parse(feed, file)) {
        items.push(
          item.kind === 'advisory'
            ? `${item.advisory.release} ${item.advisory.packageName} ${item.advisory.record}`
            : item.kind === 'gone'
              ? `gone ${item.record}`
              : item.kind,
        )
      }
    }
  } catch (error) {
    items.push((error as Error).message)
  }
  return { part: part.part, kind: part.kind, etag: part.etag, newest: part.newest, items }
}

function updateinfo(id: string): string {
  return `<updates><update type="security"><id>${id}</id><references><reference id="CVE-2099-0001" type="cve"/></references><pkglist><collection short="a"><name>a</name><package name="made" version="1.0" release="1" epoch="0" arch="x86_64"/></collection></pkglist></update></updates>`
}

function repomd(bytes: Uint8Array, href = 'repodata/updateinfo.xml.gz'): string {
  return `<repomd><data type="primary"><location href="repodata/primary.xml.gz"/></data><data type="updateinfo"><checksum type="sha256">${createHash('sha256').update(bytes).digest('hex')}</checksum><location href="${href}"/></data></repomd>`
}

describe('amazon', () => {
  const publisher = 'https://cdn.amazonlinux.com'
  const packed = gzipSync(updateinfo('ALAS2023-2099-001'))
  const list = '/al2023/core/mirrors/latest/x86_64/mirror.list'

  it('follows the mirror list to repomd.xml and updateinfo, and asks no further while repomd.xml is the same', async () => {
    put(list, `${publisher}/al2023/core/guids/abc/x86_64/\n`)
    put('/al2023/core/guids/abc/x86_64/repodata/repomd.xml', repomd(packed), '"one"')
    put('/al2023/core/guids/abc/x86_64/repodata/updateinfo.xml.gz', packed)
    const feeds = await stand(publisher)

    const [first] = await fetched(feeds, 'amazon')
    asked.length = 0
    const [second] = await fetched(feeds, 'amazon', [{ feed: 'amazon', part: '2023', etag: '"one"' }])

    expect(first).toEqual({ part: '2023', kind: 'replace', etag: '"one"', newest: null, items: ['amzn:2023 made ALAS2023-2099-001'] })
    expect(second).toEqual({ part: '2023', kind: 'unchanged' })
    expect(asked.slice(0, 2)).toEqual([`200 ${list}`, '304 /al2023/core/guids/abc/x86_64/repodata/repomd.xml'])
  })

  it('goes nowhere but to its own host, takes no other file, and tells the fault of each part', async () => {
    put(list, 'https://evil.example/al2023/x86_64/\nnot a url\n')
    put('/2/core/latest/x86_64/mirror.list', `${publisher}/2/core/2.0/x86_64/abc`)
    put('/2/core/2.0/x86_64/abc/repodata/repomd.xml', repomd(packed, '../../other/updateinfo.xml.gz'))
    put('/2/core/latest/aarch64/mirror.list', `${publisher}/2/core/2.0/aarch64/abc`)
    put('/2/core/2.0/aarch64/abc/repodata/repomd.xml', repomd(packed))
    put('/2/core/2.0/aarch64/abc/repodata/updateinfo.xml.gz', gzipSync(updateinfo('ALAS2-2099-666')))

    const parts = await fetched(await stand(publisher), 'amazon')

    expect(parts.map(({ part, kind, message, items }) => `${part} ${kind} ${message ?? items?.at(-1)}`)).toEqual([
      `2023 fault the mirror list of 2023 names no repository on ${publisher}`,
      '2-x86_64 fault 2-x86_64/repomd.xml: no usable place of updateinfo',
      '2-aarch64 replace 2-aarch64/updateinfo.xml.gz is not the file that repomd.xml names: its sha256 differs',
    ])
  })
})

describe('oracle', () => {
  it('asks for one file, and for nothing more while it is the same', async () => {
    put('/security/oval/com.oracle.elsa-all.xml.bz2', 'not bzip2', '"one"')
    const feeds = await stand('https://linux.oracle.com')

    expect(await fetched(feeds, 'oracle')).toEqual([
      { part: 'all', kind: 'replace', etag: '"one"', newest: null, items: ['com.oracle.elsa-all.xml.bz2 is not bzip2, as its name says'] },
    ])
    expect(await fetched(feeds, 'oracle', [{ feed: 'oracle', part: 'all', etag: '"one"' }])).toEqual([{ part: 'all', kind: 'unchanged' }])
  })
})

describe('photon', () => {
  it('asks for each release that the table knows; one that fails does not stop the others', async () => {
    const entries = JSON.stringify([{ cve_id: 'CVE-2099-0001', pkg: 'made', cve_score: 5, res_ver: '1.0-1.ph5', status: 'Fixed' }])
    put('/photon/photon_cve_metadata/cve_data_photon5.0.json', entries, '"five"')

    const parts = await fetched(await stand('https://packages.broadcom.com'), 'photon')

    expect(parts.map(({ part, kind, items }) => `${part} ${kind} ${items ?? ''}`)).toEqual([
      '1.0 fault ',
      '2.0 fault ',
      '3.0 fault ',
      '4.0 fault ',
      '5.0 replace photon:5.0 made CVE-2099-0001',
    ])
  })
})

describe('ubuntu', () => {
  it('asks for the archive of OSV records with its ETag', async () => {
    put('/osv/osv-all.tar.xz', await archive([['osv/cve/2099/UBUNTU-CVE-2099-0001.json', '{}']]), '"one"')
    const feeds = await stand('https://security-metadata.canonical.com')

    expect(await fetched(feeds, 'ubuntu')).toEqual([
      { part: 'osv', kind: 'replace', etag: '"one"', newest: null, items: ['osv-all.tar.xz is not xz, as its name says'] },
    ])
    expect(await fetched(feeds, 'ubuntu', [{ feed: 'ubuntu', part: 'osv', etag: '"one"' }])).toEqual([{ part: 'osv', kind: 'unchanged' }])
  })
})

describe('almalinux', () => {
  it('asks for each release that the table knows', async () => {
    for (const release of ['8', '9', '10']) put(`/${release}/errata.json`, '[]', `"${release}"`)

    const parts = await fetched(await stand('https://errata.almalinux.org'), 'almalinux', [{ feed: 'almalinux', part: '9', etag: '"9"' }])

    expect(parts.map(({ part, kind }) => `${part} ${kind}`)).toEqual(['8 replace', '9 unchanged', '10 replace'])
  })
})

describe('redhat', () => {
  const folder = '/data/csaf/v2/vex'
  const vex = (id: string, cpe = 'cpe:/o:redhat:enterprise_linux:9'): string =>
    JSON.stringify({
      document: { tracking: { id, status: 'final' } },
      product_tree: {
        full_product_names: [
          { name: 'RHEL', product_id: 'R', product_identification_helper: { cpe } },
          { name: 'made-1.0-1.x86_64', product_id: 'made-1.0-1.x86_64' },
        ],
        relationships: [{ full_product_name: { name: 'x', product_id: 'R:made' }, product_reference: 'made-1.0-1.x86_64', relates_to_product_reference: 'R' }],
      },
      vulnerabilities: [{ cve: id, product_status: { fixed: ['R:made'] } }],
    })

  it('takes the newest archive first, dated by its name', async () => {
    put(`${folder}/archive_latest.txt`, 'csaf_vex_2099-08-04.tar.zst')
    put(`${folder}/csaf_vex_2099-08-04.tar.zst`, 'not zstd')

    expect(await fetched(await stand('https://security.access.redhat.com'), 'redhat')).toEqual([
      { part: 'vex', kind: 'replace', etag: null, newest: '2099-08-03T18:00:00Z', items: ['vex/csaf_vex_2099-08-04.tar.zst is not zstd, as its name says'] },
    ])
  })

  it('then asks for the documents that changed since, and names every record that they and the deletions are about', async () => {
    put(
      `${folder}/changes.csv`,
      '"2099/cve-2099-0003.json","2099-08-05T10:00:00+00:00"\n"2099/cve-2099-0002.json","2099-08-04T10:00:00+00:00"\n"2099/cve-2099-0009.json","2099-08-04T09:00:00+00:00"\n"2099/cve-2099-0001.json","2099-08-01T10:00:00+00:00"\n',
      '"one"',
    )
    put(`${folder}/deletions.csv`, '"2099/cve-2099-0002.json","2099-08-04T11:00:00+00:00"\n"2098/cve-2098-0001.json","2098-08-04T11:00:00+00:00"\n')
    put(`${folder}/2099/cve-2099-0003.json`, vex('CVE-2099-0003'))
    const feeds = await stand('https://security.access.redhat.com')

    const parts = await fetched(feeds, 'redhat', [{ feed: 'redhat', part: 'vex', etag: null, newest: '2099-08-04T00:00:00Z' }])
    const requests = [...asked]
    const again = await fetched(feeds, 'redhat', [{ feed: 'redhat', part: 'vex', etag: '"one"', newest: '2099-08-05T10:00:00Z' }])

    expect(parts).toEqual([
      {
        part: 'vex',
        kind: 'patch',
        etag: '"one"',
        newest: '2099-08-05T10:00:00Z',
        items: ['rhel:9 made CVE-2099-0003', 'gone CVE-2099-0002', 'gone CVE-2099-0003'],
      },
    ])
    expect(requests).toEqual([
      `200 ${folder}/changes.csv`,
      `200 ${folder}/deletions.csv`,
      `404 ${folder}/2099/cve-2099-0009.json`,
      `200 ${folder}/2099/cve-2099-0003.json`,
    ])
    expect(again).toEqual([{ part: 'vex', kind: 'unchanged' }])
  })

  it.each([
    ['a page instead of the list of changes', 'changes.csv', '<html>Sign in</html>'],
    ['paths that lead elsewhere', 'changes.csv', '"../../secret.json","2099-08-05T10:00:00+00:00"'],
  ])('%s is a fault, not "nothing changed"', async (_, name, text) => {
    put(`${folder}/${name}`, text)

    const parts = await fetched(await stand('https://security.access.redhat.com'), 'redhat', [
      { feed: 'redhat', part: 'vex', etag: null, newest: '2099-08-04T00:00:00Z' },
    ])

    expect(parts).toEqual([{ part: 'vex', kind: 'fault', message: 'vex/changes.csv, line 1: not a document and its time' }])
  })

  it('falls back to the next archive where too much changed at once', async () => {
    put(`${folder}/changes.csv`, Array.from({ length: 5001 }, (_, at) => `"2099/cve-2099-${10_000 + at}.json","2099-08-05T10:00:00+00:00"`).join('\n'))
    put(`${folder}/archive_latest.txt`, 'csaf_vex_2099-08-11.tar.zst\n')
    put(`${folder}/csaf_vex_2099-08-11.tar.zst`, 'not zstd')

    const parts = await fetched(await stand('https://security.access.redhat.com'), 'redhat', [
      { feed: 'redhat', part: 'vex', etag: null, newest: '2099-08-04T00:00:00Z' },
    ])

    expect(parts.map(({ kind, newest }) => `${kind} ${newest}`)).toEqual(['replace 2099-08-10T18:00:00Z'])
  })

  it('without a newer archive it takes the oldest changes first, and goes on from there the next time', async () => {
    put(
      `${folder}/changes.csv`,
      Array.from({ length: 5001 }, (_, at) => `"2099/cve-2099-${10_000 + at}.json","2099-08-05T10:${at === 0 ? '30' : '00'}:00+00:00"`).join('\n'),
      '"one"',
    )
    put(`${folder}/archive_latest.txt`, 'csaf_vex_2099-08-04.tar.zst\n')
    put(`${folder}/deletions.csv`, '')
    const feeds = await stand('https://security.access.redhat.com')

    for await (const part of feeds.fetch('redhat', [{ part: 'vex', etag: null, newest: '2099-08-04T00:00:00Z' } as FeedPart])) {
      expect(part).toMatchObject({ kind: 'patch', etag: null, newest: '2099-08-05T10:00:00Z' })
    }
  })

  it('a document that no longer speaks of the release leaves nothing of its record', async () => {
    put(`${folder}/changes.csv`, '"2099/cve-2099-0003.json","2099-08-05T10:00:00+00:00"')
    put(`${folder}/deletions.csv`, '')
    put(`${folder}/2099/cve-2099-0003.json`, vex('CVE-2099-0003', 'cpe:/a:redhat:openshift:4'))

    const [part] = await fetched(await stand('https://security.access.redhat.com'), 'redhat', [
      { feed: 'redhat', part: 'vex', etag: null, newest: '2099-08-04T00:00:00Z' },
    ])

    expect(part?.items).toEqual(['gone CVE-2099-0003'])
  })
})
