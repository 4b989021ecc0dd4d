/** Files of the vendors' forms that are cut off, empty or something else: a fault that names the file, never an empty list. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { feeds } from '../../../../src/adapters/feeds/index.ts'
import type { FeedItem } from '../../../../src/domain/advisory/advisory.ts'
import { distros } from '../../../support/distros.ts'

async function read(feed: string, path: string, content: string | Uint8Array): Promise<FeedItem[] | null> {
  const open = async function* (): AsyncIterable<Uint8Array> {
    yield Buffer.from(content)
  }
  const items = feeds.find(({ name }) => name === feed)!.parse({ path, open }, { distros })
  if (items === null) return null
  const out: FeedItem[] = []
  for await (const item of items) out.push(item)
  return out
}

const forms: readonly (readonly [feed: string, path: string])[] = [
  ['ubuntu', 'osv/cve/2099/UBUNTU-CVE-2099-0001.json'],
  ['ubuntu', 'osv-all.tar.xz'],
  ['ubuntu', 'vex/cve/2099/CVE-2099-0001.json'],
  ['ubuntu', 'usn-db/database-all.json'],
  ['ubuntu', 'security-api/cves-0-1.json'],
  ['ubuntu', 'oval/com.ubuntu.jammy.cve.oval.xml.bz2'],
  ['redhat', 'vex/2099/cve-2099-0001.json'],
  ['redhat', 'csaf_vex_2099-01-01.tar.zst'],
  ['redhat', 'hydra/CVE-2099-0001.json'],
  ['redhat', 'oval/rhel-9.oval.xml'],
  ['rocky', 'repodata/updateinfo.xml.gz'],
  ['rocky', 'osv/RLSA-2099_1.json'],
  ['almalinux', 'errata.json'],
  ['almalinux', 'org.almalinux.alsa-9.xml'],
  ['amazon', 'updateinfo.xml'],
  ['oracle', 'com.oracle.elsa-all.xml.bz2'],
  ['photon', 'cve_data_photon5.0.json'],
  ['suse', 'oval/suse.linux.enterprise.15.xml'],
  ['suse', 'csaf/suse-su-2099_1-1.json'],
  ['azurelinux', 'azurelinux-3.0-oval.xml'],
]

describe.each(forms)('%s %s', (feed, path) => {
  it.each([
    ['is empty', ''],
    ['is a page of a proxy', '<!DOCTYPE html><html><body>Sign in</body></html>'],
    ['is cut off', '<oval_definitions><definitions><definition id="d">'],
    ['is cut off JSON', '{"document":{"tracking":{"id":"CVE-2099-0001"'],
    ['is nothing but brackets', '['.repeat(100_000)],
    ['is packed and cut off', gzipSync('x'.repeat(10_000)).subarray(0, 20)],
  ])('that %s is invalid', async (_, content) => {
    await expect(read(feed, path, content)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(path) })
  })
})

it('files of other forms are not claimed', async () => {
  const others = ['README.md', 'changes.csv', 'deletions.csv', 'archive_latest.txt', 'repomd.xml', 'alas/2023_rss.xml', 'all.json', 'photon_versions.json']
  for (const feed of ['ubuntu', 'redhat', 'rocky', 'almalinux', 'amazon', 'oracle', 'photon', 'suse', 'azurelinux']) {
    for (const path of others) expect(await read(feed, path, ''), `${feed} ${path}`).toBeNull()
  }
})
