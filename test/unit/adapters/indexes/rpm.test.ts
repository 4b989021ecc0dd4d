/** rpm repodata: which files are asked for, what is believed of them, and what is read out of them. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PackageRepository } from '../../../../src/domain/package/inventory.ts'
import { acme, indexesOf, startArchive } from './archive.ts'

const one = (name: string, arch: string, version: string, source: string): string => `<package type="rpm">
  <name>${name}</name><arch>${arch}</arch><version ${version}/>
  <description>A &lt;package&gt; &amp; more</description>
  <format><rpm:sourcerpm>${source}</rpm:sourcerpm><rpm:provides><rpm:entry name="other" epoch="9" ver="9" rel="9"/></rpm:provides></format>
</package>`

const primary = `<?xml version="1.0" encoding="UTF-8"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="6">
${one('acme-libs', 'x86_64', 'epoch="1" ver="3.0.7" rel="28.el9"', 'acme-3.0.7-28.el9.src.rpm')}
${one('acme-libs', 'x86_64', 'epoch="1" ver="3.0.7" rel="6.el9"', 'acme-3.0.7-6.el9.src.rpm')}
${one('acme-libs', 'i686', 'epoch="9" ver="9" rel="9"', 'acme-9-9.src.rpm')}
${one('acme-doc', 'noarch', 'epoch="0" ver="2.0" rel="1"', 'acme-3.0.7-28.el9.src.rpm')}
${one('acme-module', 'x86_64', 'epoch="0" ver="2.0" rel="1.module_el9+1"', 'acme-module-2.0-1.module_el9+1.src.rpm')}
<package type="rpm"><name>no-version</name><arch>noarch</arch></package>
</metadata>`

const hash = (bytes: Uint8Array, algorithm = 'sha256'): string => createHash(algorithm).update(bytes).digest('hex')

const repomd = (bytes: Uint8Array, { href = 'repodata/primary.xml.gz', algorithm = 'sha256' } = {}): string => `<?xml version="1.0"?>
<repomd xmlns="http://linux.duke.edu/metadata/repo">
  <data type="filelists"><checksum type="sha256">${'0'.repeat(64)}</checksum><location href="repodata/filelists.xml.gz"/></data>
  <data type="primary"><checksum type="${algorithm}">${algorithm === 'sha' ? hash(bytes, 'sha1') : hash(bytes, algorithm)}</checksum>
    <open-checksum type="sha256">${'1'.repeat(64)}</open-checksum><location href="${href}"/><size>1</size></data>
</repomd>`

type Rpm = Extract<PackageRepository, { type: 'rpm' }>

async function installable(bytes: Uint8Array, more: Parameters<typeof repomd>[1] = {}, source: (base: string) => Partial<Rpm> = () => ({})) {
  const files = new Map<string, Uint8Array | string>([
    ['/acme/9/x86_64/repodata/repomd.xml', repomd(bytes, more)],
    [`/acme/9/x86_64/${more.href ?? 'repodata/primary.xml.gz'}`, bytes],
  ])
  const { host, asked } = await startArchive(files)
  const base = `http://${host}/acme`
  const repository: Rpm = { type: 'rpm', id: 'base', baseUrls: [`${base}/$releasever/$basearch/`], mirrorList: null, isEnabled: true, ...source(base) }
  const answer = await indexesOf(host).installable(acme, [repository], 'amd64', ['acme-libs', 'acme-doc', 'acme-module', 'no-version', 'other'])
  return { asked, versions: answer.kind === 'known' ? [...answer.versions.values()] : answer.why }
}

describe('rpm', () => {
  it('asks for repomd.xml and primary.xml, and tells the newest versions for the architecture and for all, with their sources', async () => {
    const { asked, versions } = await installable(gzipSync(primary))

    expect(asked).toEqual(['200 /acme/9/x86_64/repodata/repomd.xml', '200 /acme/9/x86_64/repodata/primary.xml.gz'])
    expect(versions).toEqual([
      { name: 'acme-libs', version: '1:3.0.7-28.el9', sourceName: 'acme', sourceVersion: '1:3.0.7-28.el9' },
      { name: 'acme-doc', version: '2.0-1', sourceName: 'acme', sourceVersion: '3.0.7-28.el9' },
    ])
  })

  it('unpacks zstd, and believes SHA-512', async () => {
    const packed = Buffer.from(
      'KLUv/QRYHQMAYsYUGJCnbYCLyDQRgsYe9vfyn7WtqO2mrbvcA2c84xlhxdAlRlhZNRALWDGZlBKUimPV4LPJfUJocu/zISgMgJ486jky2lFrRdVhESW8kFfGrw++9DgEAHmU4TLkA7OpjzDLlZaSQg==',
      'base64',
    )

    expect((await installable(packed, { href: 'repodata/primary.xml.zst', algorithm: 'sha512' })).versions).toEqual([
      { name: 'acme-libs', version: '1-1', sourceName: 'acme-libs', sourceVersion: '1-1' },
    ])
  })

  it('tries the next address where one has trouble', async () => {
    const { versions, asked } = await installable(gzipSync(primary), {}, (base) => ({ baseUrls: [`${base}/gone/`, `${base}/\${releasever}/x86_64`] }))

    expect(versions).toHaveLength(2)
    expect(asked[0]).toBe('404 /acme/gone/repodata/repomd.xml')
  })

  it.each<[string, (base: string) => Partial<Rpm>, RegExp]>([
    ['is disabled', () => ({ isEnabled: false }), /names no package repository/],
    ['has only a mirror list', (base) => ({ baseUrls: [], mirrorList: `${base}/mirrors` }), /mirror list or by variables/],
    ['needs a variable of the image', (base) => ({ baseUrls: [`${base}/$stream/x86_64`] }), /mirror list or by variables/],
  ])('a repository that %s is not asked', async (_, source, why) => {
    const { versions, asked } = await installable(gzipSync(primary), {}, source)

    expect(versions).toMatch(why)
    expect(asked).toEqual([])
  })

  it.each<[string, Uint8Array, Parameters<typeof repomd>[1], RegExp]>([
    ['a checksum that counts no more', gzipSync(primary), { algorithm: 'sha' }, /no primary.xml with a SHA-2 checksum/],
    ['a path that leads out', gzipSync(primary), { href: '../../secret.gz' }, /leads out of the repository/],
    ['another host', gzipSync(primary), { href: 'https://elsewhere.test/primary.xml.gz' }, /leads out of the repository/],
    ['XML that is cut off', gzipSync(primary.slice(0, -20)), {}, /primary.xml is cut off or no XML/],
    ['no XML', gzipSync('hello'), {}, /primary.xml is cut off or no XML/],
    ['entities of its own', gzipSync(`<!DOCTYPE a [<!ENTITY b "c">]><metadata>&b;</metadata>`), {}, /primary.xml is cut off or no XML/],
    ['XML that is nested without end', gzipSync('<a>'.repeat(100)), {}, /nested more than 32 deep/],
    ['a text without end', gzipSync(`<metadata>${'x'.repeat(5_000_000)}</metadata>`), {}, /a text of more than 4000000 characters/],
    ['damaged zstd', Buffer.from('28b52ffd24000102030405060708', 'hex'), { href: 'repodata/primary.xml.zst' }, /no whole zstd file|cut off or no XML/],
  ])('%s: cannot say', async (_, bytes, more, why) => {
    expect((await installable(bytes, more)).versions).toMatch(why)
  })

  it('a primary.xml that is not the one in repomd.xml: cannot say', async () => {
    const files = new Map<string, Uint8Array | string>([
      ['/r/repodata/repomd.xml', repomd(gzipSync(primary))],
      ['/r/repodata/primary.xml.gz', gzipSync(primary.replace('3.0.7', '9.9.9'))],
    ])
    const { host } = await startArchive(files)
    const repository: Rpm = { type: 'rpm', id: 'base', baseUrls: [`http://${host}/r`], mirrorList: null, isEnabled: true }

    expect(await indexesOf(host).installable(acme, [repository], 'x86_64', ['acme-libs'])).toMatchObject({
      kind: 'cannot-say',
      why: expect.stringContaining('is not the one that its repomd.xml lists'),
    })
  })
})
