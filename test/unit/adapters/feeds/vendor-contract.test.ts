/** The vendors' feeds keep the contract of feeds. Amazon and Red Hat ask in steps: `vendor-fetch.test.ts` holds their fetching. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { almalinux } from '../../../../src/adapters/feeds/almalinux/index.ts'
import { amazon } from '../../../../src/adapters/feeds/amazon/index.ts'
import { azurelinux } from '../../../../src/adapters/feeds/azurelinux/index.ts'
import { oracle } from '../../../../src/adapters/feeds/oracle/index.ts'
import { photon } from '../../../../src/adapters/feeds/photon/index.ts'
import { redhat } from '../../../../src/adapters/feeds/redhat/index.ts'
import { rocky } from '../../../../src/adapters/feeds/rocky/index.ts'
import { suse } from '../../../../src/adapters/feeds/suse/index.ts'
import { ubuntu } from '../../../../src/adapters/feeds/ubuntu/index.ts'
import { feedContract } from '../../../contract/feeds.ts'

const cases = path.resolve(import.meta.dirname, '../../../cases/feeds')
const published = (at: string): Buffer => {
  const [feed = '', rule = '', ...file] = at.split('/')
  return Buffer.from(readFileSync(path.join(cases, feed, rule, 'published', ...file), 'utf8').trimEnd())
}
const none = { published: {}, origins: [] }

const entries = Buffer.from(
  '[{"cve_id":"CVE-2099-0001","pkg":"made","cve_score":5,"res_ver":"1.0-1.ph5"},{"cve_id":"CVE-2099-0002","pkg":"made","res_ver":"NA"}]',
)
feedContract({
  feed: photon,
  path: 'cve_data_photon5.0.json',
  bytes: entries,
  published: { '/photon/photon_cve_metadata/cve_data_photon5.0.json': entries },
  origins: ['https://packages.broadcom.com'],
})

const errata = Buffer.from(
  '[{"updateinfo_id":"ALSA-2099:0001","type":"security","severity":"Low","references":[{"id":"CVE-2099-0001","type":"cve"}],"pkglist":{"name":"a","packages":[{"name":"made","epoch":"0","version":"1","release":"1.el9","arch":"x86_64"}]}}]',
)
feedContract({
  feed: almalinux,
  path: '9/errata.json',
  bytes: errata,
  published: { '/9/errata.json': errata },
  origins: ['https://errata.almalinux.org'],
})

feedContract({
  ...none,
  feed: { ...oracle, fetch: null },
  path: 'com.oracle.elsa-all.xml',
  bytes: published('oracle/each-architecture-has-its-own-version/com.oracle.elsa-all.xml'),
})
feedContract({ ...none, feed: { ...amazon, fetch: null }, path: 'updateinfo.xml', bytes: published('amazon/an-extra-speaks-of-its-own-line/updateinfo.xml') })
feedContract({
  ...none,
  feed: { ...redhat, fetch: null },
  path: 'vex/2099/cve-2099-0001.json',
  bytes: published('redhat/vex-tells-the-state-of-every-release/vex/2099/cve-2099-0001.json'),
})
feedContract({
  ...none,
  feed: { ...ubuntu, fetch: null },
  path: 'vex/usn/USN-9999-1.json',
  bytes: published('ubuntu/vex-of-a-notice-brings-fixed-versions/vex/usn/USN-9999-1.json'),
})
feedContract({
  ...none,
  feed: suse,
  path: 'suse.linux.enterprise.15.xml',
  bytes: published('suse/long-term-support-is-for-paying-customers/suse.linux.enterprise.15.xml'),
})
feedContract({
  ...none,
  feed: azurelinux,
  path: 'azurelinux-3.0-oval.xml',
  bytes: published('azurelinux/what-is-patchable-and-what-was-never-affected/azurelinux-3.0-oval.xml'),
})
feedContract({
  ...none,
  feed: rocky,
  path: 'updateinfo.xml',
  bytes: Buffer.from(
    published('rocky/the-collection-tells-the-release/updateinfo.xml')
      .toString()
      .replace(/<update type="security" status="final">\s*<id>RLSA-2099:0002[\s\S]*?<\/update>/, ''),
  ),
})
