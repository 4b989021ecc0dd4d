/** The vendors' feeds on the samples that lie beside the repository: each file is read without a problem, or none of the feed's, by name. */
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { feedFiles } from '../../src/adapters/feeds/folder.ts'
import { feeds } from '../../src/adapters/feeds/index.ts'
import { distros } from '../support/distros.ts'
import { itemText } from '../support/feed-text.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/feeds')

/** What is there but not read: other forms of the same, lists for fetching, an empty template. */
const passedOver: Readonly<Record<string, readonly string[]>> = {
  almalinux: ['README.md', 'repodata/repomd.xml'],
  amazon: ['README.md', 'alas/2023_rss.xml', 'alas/2_rss.xml', 'alas/ALAS-2023-126.html', 'repodata/repomd.xml'],
  azurelinux: ['README.md'],
  oracle: ['README.md'],
  photon: ['README.md', 'photon_versions.json'],
  redhat: [
    'README.md',
    'advisories/archive_latest.txt',
    'advisories/changes.csv',
    'advisories/deletions.csv',
    'vex/archive_latest.txt',
    'vex/changes.csv',
    'vex/deletions.csv',
    'vex/example-csaf-vex.json',
  ],
  rocky: ['README.md', 'repodata/repomd.xml'],
  suse: ['README.md', 'csaf/changes.csv', 'osv/all.json'],
  ubuntu: ['README.md'],
}

/** Read, and with nothing for a release that images are made of. */
const withoutAdvisories: Readonly<Record<string, string>> = {
  'almalinux/osv/almalinux8/ALBA-2021_4378.json': 'an erratum of bugs',
  'redhat/advisories/2022/rhsa-2022_0011.json': 'only for AUS, E4S and TUS of 7.6',
  'redhat/hydra/CVE-2023-48161.json': 'everything is under investigation',
  'redhat/vex/2024/cve-2024-22047.json': 'only for Satellite',
  'suse/csaf/opensuse-su-2016_1623-1.json': 'only for Package Hub',
  'suse/csaf-vex/cve-1999-0003.json': 'names no product',
  'suse/osv/SUSE-SU-2015_0011-2.json': 'names no package',
  'suse/osv/openSUSE-SU-2016_1623-1.json': 'only for Package Hub',
  'ubuntu/osv/lsn/LSN-0108-1.json': 'a livepatch',
  'ubuntu/vex/cve/2025/CVE-2025-0194.json': 'has no statements',
}

/** Lines that were read off the samples by a person. */
const facts: Readonly<Record<string, readonly string[]>> = {
  'almalinux/errata/errata.full.json': [
    'almalinux:8 binary Judy | CVE-2019-2510 .* < 1.0.5-18.module_el8.5.0+2632+14ced695 | available | only x86_64 | module mariadb:10.3 | severity Moderate',
  ],
  'almalinux/errata/errata.json': ['almalinux:8 binary libsndfile | CVE-2021-3246 | < 1.0.28-10.el8_4.1 | available | only i686 x86_64 | severity Important'],
  'almalinux/osv/almalinux9/ALSA-2022_8194.json': ['almalinux:9 binary libtiff | .* < 4.4.0-2.el9 |'],
  'almalinux/oval/org.almalinux.alsa-9.xml': [
    'almalinux:9 binary firefox | CVE-2022-42927 CVE-2022-42928 | < 102.4.0-1.el9_0.alma | available |',
    'almalinux:9 binary nodejs | CVE-2023-32002 | < 1:18.17.1-1.module_el9.2.0+36+853e48f5 | available | .* module nodejs:18 | severity Important | cvss 9.8',
  ],
  'almalinux/repodata/updateinfo.xml': ['almalinux:9 binary xz | CVE-2022-1271 | < 5.2.5-8.el9_0 | available | only x86_64 | severity Important'],
  'amazon/repodata/updateinfo_1.xml': ['amzn:1 binary httpd-devel | CVE-2011-3192 | < 2.2.21-1.18.amzn1 | available | only i686 | severity medium'],
  'amazon/repodata/updateinfo_2.xml': ['amzn:2 binary kernel | CVE-2017-5715 CVE-2017-5754 | < 4.9.76-38.79.amzn2 |'],
  'amazon/repodata/updateinfo_2022.xml': ['amzn:2022 binary vim-X11-debuginfo | .* < 2:8.2.3512-1.amzn2022 |'],
  'amazon/repodata/updateinfo_2023.xml': ['amzn:2023 binary rsyslog | CVE-2014-3634 CVE-2022-24903 | < 8.2204.0-3.amzn2023.0.2 |'],
  'amazon/repodata/updateinfo_2023_kernel-livepatch.xml': ['amzn:2023 binary kernel-livepatch-6.1.12-19.43 | CVE-2023-26545 | < 1.0-1.amzn2023 |'],
  'amazon/repodata/updateinfo_2_kernel-5.15.xml': ['amzn:2 binary kernel | .* >= 5.15, < 5.15.43-20.123.amzn2 |'],
  'azurelinux/azurelinux-3.0-oval-2.xml': ['azurelinux:3.0 source qtbase | CVE-2025-30348 | < 6.6.3-3.azl3 | available | severity Medium'],
  'azurelinux/azurelinux-3.0-oval.xml': ['azurelinux:3.0 source ceph | CVE-2020-27304 | < 18.2.1-1.azl3 | available | severity Critical'],
  'azurelinux/cbl-mariner-2.0-oval.xml': [
    'mariner:2.0 source glibc | CVE-2023-0687 | not affected',
    'mariner:2.0 source bind | CVE-2022-3736 | <= 9.16.33-1.cm2 | none-yet | severity High',
    'mariner:2.0 source golang | CVE-2023-29404 | >= 1.19.0.cm2, < 1.20.7-1.cm2 | available',
  ],
  'oracle/com.oracle.elsa-all.xml': [
    'ol:5 binary bind | CVE-2007-0493 | < 30:9.3.3-8.el5 |',
    'ol:8 binary hivex | .* < 1.3.18-21.module+el8.7.0+21037+8ee66348 | available | only aarch64 noarch | module virt:kvm_utils |',
  ],
  'oracle/elsa-ksplice.xml': ['ol:8 binary openssl-libs | CVE-2021-3449 CVE-2021-3450 | >= 2:0, < 2:1.1.1g-15.ksplice1.el8_3 |'],
  'oracle/elsa-mock_data.xml': ['ol:5 binary caching-nameserver | CVE-2007-0493 CVE-2007-0494 | < 30:9.3.3-8.el5 |'],
  'oracle/elsa-per-arch.xml': [
    'ol:7 binary rsyslog | CVE-2022-24903 | < 8.24.0-57.0.4.el7_9.3 | available | only aarch64 noarch |',
    'ol:7 binary rsyslog | CVE-2022-24903 | < 8.24.0-57.0.1.el7_9.3 | available | only x86_64 ',
  ],
  'photon/com.vmware.phsa-photon5.xml': ['photon:5.0 binary ansible | CVE-2023-5115 CVE-2023-5764 | < 2.14.12-1.ph5 | available | severity Important'],
  'photon/cve_data_photon1.0.json': ['photon:1.0 source perl | CVE-2016-1238 | < 5.22.1-4.ph1 | available | cvss 7.8'],
  'photon/cve_data_photon3.0.json': [
    'photon:3.0 source curl | CVE-2025-0725 | not affected',
    'photon:3.0 source ansible | CVE-2019-3828 | < 2.7.6-2.ph3 | available',
  ],
  'photon/cve_data_photon4.0.json': [
    'photon:4.0 source python3 | CVE-2023-50447 | every version | none-yet',
    'photon:4.0 source httpd | CVE-2023-44487 | not affected',
  ],
  'photon/cve_data_photon5.0.json': ['photon:5.0 source ansible | CVE-2023-5115 | < 2.14.12-1.ph5 |'],
  'redhat/advisories/2024/rhsa-2024_0010.json': [
    'rhel:9 binary tigervnc | CVE-2023-5367 | < 1.13.1-3.el9_3.3 | available | only aarch64 ppc64le s390x x86_64 | severity Important | cvss 7.8 | .* RHSA-2024:0010',
  ],
  'redhat/advisories/2024/rhsa-2024_6163.json': ['rhel:9 source python3.9 | CVE-2024-8088 | < 3.9.18-3.el9_4.5 | available | severity Moderate'],
  'redhat/advisories/2024/rhsa-2024_9371.json': ['rhel:9 source python3.9 | CVE-2024-8088 | < 3.9.19-8.el9 | available'],
  'redhat/oval/rhel-9-including-unpatched.oval.xml': [
    'rhel:9 binary tar | CVE-2005-2541 | every version | will-not-fix | severity moderate | cvss 7',
    'rhel:9 binary zlib | CVE-2002-0059 | not affected',
    'rhel:9 binary firefox | CVE-2022-1529 CVE-2022-1802 | < 91.9.1-1.el9_0 | available | only aarch64 ppc64le s390x x86_64 | severity critical',
  ],
  'redhat/vex/1999/cve-1999-0001-deleted.json': ['gone CVE-2023-0118'],
  'redhat/vex/2021/cve-2021-0084.json': ['rhel:7 source kernel-alt | CVE-2021-0084 | not affected'],
  'redhat/vex/2023/cve-2023-6228.json': [
    'rhel:9 binary libtiff | CVE-2023-6228 | < 4.4.0-12.el9 | available |',
    'rhel:8 source compat-libtiff3 | CVE-2023-6228 | every version | will-not-fix',
    'rhel:8 source libtiff | CVE-2023-6228 | every version | none-yet',
    'rhel:6 source libtiff | CVE-2023-6228 | every version | end-of-life',
  ],
  'redhat/vex/2023/cve-2023-6238.json': ['rhel:6 source kernel | CVE-2023-6238 | not affected'],
  'redhat/vex/2026/cve-2026-0968.json': [
    'rhel:8 binary libssh | CVE-2026-0968 | every version | deferred | severity Low | cvss 3.1',
    'rhel:10 binary libssh | CVE-2026-0968 | every version | none-yet',
    'rhel:6 binary libssh2 | CVE-2026-0968 | not affected',
  ],
  'redhat/vex/2026/cve-2026-2673.json': ['rhel:10 binary openssl | CVE-2026-2673 | every version | deferred'],
  'redhat/vex/2026/cve-2026-27142.json': ['rhel:10 binary golang | CVE-2026-27142 | every version | deferred'],
  'rocky/osv/RLSA-2024_3671.json': ['rocky:9 source ruby | .* module ruby:3.3 |'],
  'rocky/repodata/updateinfo.xml': [
    'rocky:8 binary lz4 | CVE-2021-3520 | < 1.8.3-3.el8_4 | available | only x86_64 | severity Moderate',
    'rocky:8 binary rubygem-bson | CVE-2019-8324 .* module ruby:2.6 |',
  ],
  'suse/oval/opensuse.leap.15.2.xml': [
    'opensuse-leap:15.2 binary fastjar | CVE-2010-2322 | < 0.98-lp152.4.3.1 | available | only i586 x86_64 | severity low | cvss 3.7',
  ],
  'suse/oval/opensuse.tumbleweed.xml': ['opensuse-tumbleweed binary tar-rmt | CVE-2001-1267 | < 1.34-2.2 | available'],
  'suse/oval/suse.linux.enterprise.15-affected.xml': ['sles:15.3 binary kernel-default | CVE-1999-0077 | not affected'],
  'suse/oval/suse.linux.enterprise.16-patch.xml': [
    'sles:16.0 binary 389-ds | CVE-2015-1854 | < 3.0.6~git86.dce421a0d-160000.2.2 | available | only aarch64 ppc64le s390x x86_64 | severity Moderate | cvss 7.5',
  ],
  'suse/oval/suse_truncated.xml': [
    'sles:15.1 binary kernel-default | CVE-2021-29154 | < 4.12.14-197.89.2 | subscription-only | .* severity important | cvss 7',
    'sles:15 binary krb5-server | CVE-2010-1323 | < 1.15.2-4.25 | available',
  ],
  'ubuntu/osv/cve/2013/UBUNTU-CVE-2013-2208.json': ['ubuntu:14.04 source tpp | CVE-2013-2208 | < 1.3.1-3 | .* withdrawn'],
  'ubuntu/osv/cve/2021/UBUNTU-CVE-2021-3782.json': [
    'ubuntu:22.04 source wayland | CVE-2021-3782 | < 1.20.0-1ubuntu0.1 | available | severity medium',
    'ubuntu:16.04 source wayland | CVE-2021-3782 | < 1.12.0-1~ubuntu16.04.3+esm1 | subscription-only',
  ],
  'ubuntu/osv/usn/USN-5614-1.json': ['ubuntu:20.04 source wayland | CVE-2021-3782 | < 1.18.0-1ubuntu0.1 | available'],
  'ubuntu/osv/usn/USN-7095-1.json': ['ubuntu:24.04 source linux-nvidia | .* < 6.8.0-1017.19 |'],
  'ubuntu/osv-esm/cve/2014/UBUNTU-CVE-2014-9913.json': [
    'ubuntu:14.04 source unzip | CVE-2014-9913 | < 6.0-9ubuntu1.6 | subscription-only | severity negligible',
    'ubuntu:16.04 source unzip | CVE-2014-9913 | < 6.0-20ubuntu1.1 | available',
  ],
  'ubuntu/oval/oci.com.ubuntu.jammy.cve.oval.xml': [
    'ubuntu:22.04 binary openssh-client | CVE-2023-48795 | < 1:8.9p1-3ubuntu0.5 | available | severity medium | cvss 5.9',
  ],
  'ubuntu/oval/oci.com.ubuntu.jammy.usn.oval.xml': ['ubuntu:22.04 binary libssh-4 | CVE-2023-48795 | < 0.9.6-2ubuntu0.22.04.2 | available .* USN-6561-1'],
  'ubuntu/security-api/cves-0-1.json': ['ubuntu:24.04 source python-django | CVE-2025-27556 | not affected'],
  'ubuntu/usn-db/database-all.json': [
    'ubuntu:16.04 source jinja2 | CVE-2016-10745 CVE-2019-10906 | < 2.8-1ubuntu0.1 | available .* USN-4011-1',
    'ubuntu:18.04 source linux | CVE-2023-20593 .* < 4.15.0-216.227 | subscription-only',
  ],
  'ubuntu/vex/cve/2023/CVE-2023-38545.json': [
    'ubuntu:20.04 source curl | CVE-2023-38545 | not affected',
    'ubuntu:16.04 source curl | CVE-2023-38545 | not affected',
  ],
  'ubuntu/vex/cve/2025/CVE-2025-0167.json': [
    'ubuntu:22.04 source curl | CVE-2025-0167 | every version | none-yet',
    'ubuntu:20.04 source curl | CVE-2025-0167 | not affected',
  ],
  'ubuntu/vex/usn/USN-7372-1.json': ['ubuntu:22.04 source varnish | CVE-2022-45060 | < 6.6.1-1ubuntu0.2+esm1 | subscription-only .* USN-7372-1'],
}

/** A fact as a pattern: ` .* ` stands for anything between. */
function patternOf(fact: string): RegExp {
  return new RegExp(
    `^${fact
      .split(' .* ')
      .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}`,
  )
}

describe.each(Object.keys(passedOver))('%s', (name) => {
  const feed = feeds.find((candidate) => candidate.name === name)
  const read = new Map<string, readonly string[] | null>()

  beforeAll(async () => {
    for await (const file of feedFiles(samples, name)) {
      const items = feed?.parse(file, { distros }) ?? null
      const lines: string[] = []
      for await (const item of items ?? []) lines.push(itemText(item))
      read.set(`${name}/${file.path}`, items === null ? null : lines)
    }
  })

  it('claims every file but those that are named here', () => {
    expect([...read].flatMap(([file, lines]) => (lines === null ? [file] : []))).toEqual(passedOver[name]?.map((file) => `${name}/${file}`))
  })

  it('reads what it claims without a problem', () => {
    expect([...read.values()].flatMap((lines) => lines ?? []).filter((line) => line.startsWith('problem '))).toEqual([])
  })

  it('finds advisories in all of it but what is named here', () => {
    const empty = [...read].flatMap(([file, lines]) => (lines?.length === 0 ? [file] : []))

    expect(empty.sort()).toEqual(
      Object.keys(withoutAdvisories)
        .filter((file) => file.startsWith(`${name}/`))
        .sort(),
    )
  })

  it('says what a person reads there', () => {
    const missing = Object.entries(facts)
      .filter(([file]) => file.startsWith(`${name}/`))
      .flatMap(([file, wanted]) =>
        wanted.filter((fact) => read.get(file)?.some((line) => patternOf(fact).test(line)) !== true).map((fact) => `${file}: ${fact}`),
      )

    expect(missing).toEqual([])
  })
})
