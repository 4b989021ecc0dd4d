/** The feeds that are read and fetched here keep the contract of feeds. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { alpineSecdb } from '../../../../src/adapters/feeds/alpine-secdb/index.ts'
import { chainguard } from '../../../../src/adapters/feeds/chainguard/index.ts'
import { debianTracker } from '../../../../src/adapters/feeds/debian-tracker/index.ts'
import { epss } from '../../../../src/adapters/feeds/epss/index.ts'
import { kev } from '../../../../src/adapters/feeds/kev/index.ts'
import { osv } from '../../../../src/adapters/feeds/osv/index.ts'
import { wolfi } from '../../../../src/adapters/feeds/wolfi/index.ts'
import { feedContract } from '../../../contract/feeds.ts'
import { zipOf } from '../../../support/zip.ts'

const cases = path.resolve(import.meta.dirname, '../../../cases/feeds')
const published = (at: string): Buffer => {
  const [feed, rule, ...file] = at.split('/')
  return Buffer.from(readFileSync(path.join(cases, feed ?? '', rule ?? '', 'published', ...file), 'utf8').trimEnd())
}

const tracker = published('debian-tracker/open-says-why-there-is-no-fix/tracker.json')
feedContract({
  feed: debianTracker,
  path: 'tracker.json',
  bytes: tracker,
  published: { '/tracker/data/json': tracker },
  origins: ['https://security-tracker.debian.org', 'https://salsa.debian.org'],
})

const main = published('alpine-secdb/key-0-was-never-affected/v3.20/main.json')
feedContract({
  feed: alpineSecdb,
  path: 'v3.20/main.json',
  bytes: main,
  published: { '/v3.20/main.json': main },
  origins: ['https://secdb.alpinelinux.org'],
})

const security = published('wolfi/github-ids-beside-as-many-cves-say-nothing-new/secdb/security.json')
feedContract({
  feed: wolfi,
  path: 'secdb/security.json',
  bytes: security,
  published: { '/os/security.json': security },
  origins: ['https://packages.wolfi.dev'],
})
feedContract({
  feed: chainguard,
  path: 'secdb/security.json',
  bytes: security,
  published: { '/chainguard/security.json': security },
  origins: ['https://packages.cgr.dev'],
})

const catalog = Buffer.from(
  '{"title":"A catalog","vulnerabilities":[{"cveID":"CVE-2099-0001","dateAdded":"2099-01-01"},{"cveID":"CVE-2099-0002","dateAdded":"2099-01-02"}]}',
)
feedContract({
  feed: kev,
  path: 'known_exploited_vulnerabilities.json',
  bytes: catalog,
  published: { '/sites/default/files/feeds/known_exploited_vulnerabilities.json': catalog },
  origins: ['https://www.cisa.gov'],
})

const scores = gzipSync(
  '#model_version:v2099.01.01,score_date:2099-01-02T00:00:00+0000\ncve,epss,percentile\nCVE-2099-0001,0.97567,0.99995\nCVE-2099-0002,0.1,0.2\n',
)
feedContract({
  feed: epss,
  path: 'epss_scores-current.csv.gz',
  bytes: scores,
  published: { '/epss_scores-current.csv.gz': scores },
  origins: ['https://epss.empiricalsecurity.com'],
})

const record = published('osv/events-in-any-order-make-ranges/Debian/DEBIAN-CVE-2099-0001.json')
const exported = zipOf({ 'DEBIAN-CVE-2099-0001.json': record })
feedContract({
  feed: osv,
  path: 'Debian/all.zip',
  bytes: exported,
  published: {
    '/osv-vulnerabilities/Debian/modified_id.csv': Buffer.from('2099-02-03T04:05:06.789Z,DEBIAN-CVE-2099-0001\n'),
    '/osv-vulnerabilities/Debian/all.zip': exported,
  },
  origins: ['https://storage.googleapis.com'],
})
