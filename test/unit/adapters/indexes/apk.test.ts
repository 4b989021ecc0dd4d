/** apk indexes: which file is asked for, and what is read out of it. */
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import type { PackageRepository } from '../../../../src/domain/package/inventory.ts'
import { acme, indexesOf, startArchive } from './archive.ts'

const index = `C:Q1made-up=
P:acme-libs
V:1.2_rc1-r0
A:x86_64
o:acme

P:acme-libs
V:1.2-r3
A:x86_64
T:P:not-a-name
o:acme

P:acme-doc
V:1.2-r3

P:no-version
`

/** As apk publishes it: gzip members of a signature and of the index, cut so that they are one archive. */
async function archive(name = 'APKINDEX', text = index): Promise<Buffer> {
  const signature = await tar('.SIGN.RSA.acme.rsa.pub', 'made up')
  return Buffer.concat([gzipSync(signature.subarray(0, 1024)), gzipSync(await tar(name, text))])
}

async function tar(name: string, text: string): Promise<Buffer> {
  const packed = pack()
  packed.entry({ name: 'DESCRIPTION' }, 'v9')
  packed.entry({ name }, text)
  packed.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of packed as unknown as AsyncIterable<Buffer>) chunks.push(chunk)
  return name === 'APKINDEX' || !name.startsWith('.SIGN') ? Buffer.concat(chunks) : Buffer.concat(chunks).subarray(1024)
}

async function installable(file: Uint8Array | number, repositories: (host: string) => readonly PackageRepository[]) {
  const { host, asked } = await startArchive(new Map([['/acme/v9/main/x86_64/APKINDEX.tar.gz', file]]))
  const answer = await indexesOf(host).installable(acme, repositories(host), 'amd64', ['acme-libs', 'acme-doc', 'not-a-name', 'no-version'])
  return { asked, answer, versions: answer.kind === 'known' ? [...answer.versions.values()] : answer.why }
}

const main = (host: string): readonly PackageRepository[] => [{ type: 'apk', uri: `http://${host}/acme/v9/main`, pin: null }]

describe('apk', () => {
  it('asks for the index of the architecture and tells the newest versions with their origins', async () => {
    const { asked, versions } = await installable(await archive(), main)

    expect(asked).toEqual(['200 /acme/v9/main/x86_64/APKINDEX.tar.gz'])
    expect(versions).toEqual([
      { name: 'acme-libs', version: '1.2-r3', sourceName: 'acme', sourceVersion: '1.2-r3' },
      { name: 'acme-doc', version: '1.2-r3', sourceName: 'acme-doc', sourceVersion: '1.2-r3' },
    ])
  })

  it('passes over a pinned repository', async () => {
    const { asked, answer } = await installable(await archive(), (host) => [{ type: 'apk', uri: `http://${host}/acme/v9/main`, pin: 'edge' }])

    expect(asked).toEqual([])
    expect(answer.kind).toBe('cannot-say')
  })

  it('cannot say where the archive is cut off, no archive, or without an index', async () => {
    const whole = await archive()

    expect((await installable(whole.subarray(0, -30), main)).versions).toMatch(/no whole gzip file/)
    expect((await installable(gzipSync(index), main)).versions).toMatch(/APKINDEX\.tar\.gz is damaged|no APKINDEX in it/)
    expect((await installable(gzipSync((await tar('APKINDEX', index)).subarray(0, 1200)), main)).versions).toMatch(/APKINDEX\.tar\.gz is damaged/)
    expect((await installable(await archive('OTHER'), main)).versions).toMatch(/has no APKINDEX in it/)
    expect((await installable(403, main)).versions).toMatch(/answered 403 .* subscription/)
  })

  it('cannot say where a line has no end', async () => {
    expect((await installable(await archive('APKINDEX', `P:${'x'.repeat(1_100_000)}`), main)).versions).toMatch(/a line of more than 1048576 bytes/)
  })
})
