/** Rpm databases that Debian's own rpm wrote or reads: we find in them what `rpm -qa` finds, field for field. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createParse } from '../../src/adapters/parse/index.ts'
import type { RpmHeader, RpmRead } from '../../src/domain/package/rpm-database.ts'
import { run } from '../support/real-images.ts'
import { writeBdb } from '../support/rpm/bdb.ts'
import { madeUpPackages, packageBlob } from '../support/rpm/header.ts'

const parse = createParse({ script: path.resolve(import.meta.dirname, '../../dist/app/parse-child.js') })
let folder = ''
/** A root with 150 packages and a key installed. */
let root = ''
let killer = ''

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'underpin-rpm-'))
  root = path.join(folder, 'root')
  await mkdir(root)
  const built = await build('made-up', madeUpSpec)
  expect(built).toHaveLength(150)
  killer = (await build('killer', killerSpec))[0] ?? ''
  await run('rpm', [...at(root), '-i', '--nodeps', '--ignorearch', ...built])
  await writeFile(path.join(folder, 'key.asc'), madeUpKey)
  await run('rpm', [...at(root), '--import', path.join(folder, 'key.asc')])
})
afterAll(async () => {
  await parse.close()
  await rm(folder, { recursive: true })
})

describe('rpmdb.sqlite', () => {
  it('holds 150 packages and a key, as rpm -qa says', async () => {
    const found = await readSqlite(root)

    expect(found.unseen).toEqual([])
    expect(found.packages).toHaveLength(151)
    expect(lines(found)).toEqual(await asked(root))
    expect(found.packages.filter(({ epoch }) => epoch !== null)).toHaveLength(30)
    expect(found.packages.map(({ name }) => name)).toContain('gpg-pubkey')
  })

  it('holds what is left after rpm -e', async () => {
    const changed = path.join(folder, 'changed')
    await cp(root, changed, { recursive: true })
    await run('rpm', [...at(changed), '-e', '--nodeps', 'made-up-7', 'made-up-60', 'made-up-149'])

    const found = await readSqlite(changed)

    expect(found.unseen).toEqual([])
    expect(found.packages).toHaveLength(148)
    expect(lines(found)).toEqual(await asked(changed))
  })

  it('is read with its write-ahead log, as an rpm left it that was killed while it installed', async () => {
    const killed = path.join(folder, 'killed')
    await cp(root, killed, { recursive: true })
    await expect(run('rpm', [...at(killed), '-i', '--nodeps', '--ignorearch', killer])).rejects.toMatchObject({ signal: 'SIGKILL' })
    const log = await readFile(path.join(killed, 'var/lib/rpm/rpmdb.sqlite-wal'))
    expect(log.length).toBeGreaterThan(32)

    const without = await parse.rpmDatabase({ kind: 'sqlite', main: await readFile(path.join(killed, 'var/lib/rpm/rpmdb.sqlite')), wal: null })
    const found = await readSqlite(killed)

    expect(without.packages).toHaveLength(151)
    expect(found.unseen).toEqual([])
    expect(found.packages).toHaveLength(152)
    expect(found.packages.map(({ name }) => name)).toContain('killer')
    expect(lines(found)).toEqual(await asked(killed))
  })

  it('with a damaged write-ahead log is not believed', async () => {
    const found = await parse.rpmDatabase({ kind: 'sqlite', main: await readFile(path.join(root, 'var/lib/rpm/rpmdb.sqlite')), wal: Buffer.alloc(4_096, 7) })

    expect(found).toEqual({ packages: [], unseen: [expect.stringContaining('write-ahead log cannot be applied')] })
  })
})

describe('Packages of the synthetic Berkeley DB writer', () => {
  it.each(['little-endian', 'big-endian'] as const)('%s: rpm reads the same in it as we do', async (order) => {
    const made = path.join(folder, order)
    await mkdir(path.join(made, 'var/lib/rpm'), { recursive: true })
    const packages = madeUpPackages(60)
    const bytes = writeBdb(
      packages.map((header, index) => packageBlob(header, [0, 700, 9_000][index % 3])),
      order,
    )
    await writeFile(path.join(made, 'var/lib/rpm/Packages'), bytes)

    const found = await parse.rpmDatabase({ kind: 'bdb', main: bytes })

    expect(found.unseen).toEqual([])
    expect(found.packages).toHaveLength(60)
    expect(lines(found)).toEqual(await asked(made, ['--define', '_db_backend bdb_ro']))
  })
})

/** The rpms that a spec makes. */
async function build(name: string, spec: string): Promise<readonly string[]> {
  const top = path.join(folder, `build-${name}`)
  await mkdir(top)
  await writeFile(path.join(top, 'spec'), spec)
  await run('rpmbuild', ['-bb', '--define', `_topdir ${top}`, path.join(top, 'spec')])
  return (await run('find', [path.join(top, 'RPMS'), '-name', '*.rpm'])).split('\n')
}

/** rpm on a root's database; Debian's own default is in the home folder. */
const at = (where: string): readonly string[] => ['--root', where, '--define', '_dbpath /var/lib/rpm']

async function readSqlite(where: string): Promise<RpmRead> {
  const database = path.join(where, 'var/lib/rpm/rpmdb.sqlite')
  return parse.rpmDatabase({ kind: 'sqlite', main: await readFile(database), wal: await readFile(`${database}-wal`).catch(() => null) })
}

/** What rpm says of each package, a line each, sorted. */
async function asked(where: string, more: readonly string[] = []): Promise<readonly string[]> {
  const format = '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{VENDOR}|%{SOURCERPM}|%{MODULARITYLABEL}\n'
  return (await run('rpm', [...at(where), ...more, '-qa', '--qf', format])).split('\n').sort()
}

function lines({ packages }: RpmRead): readonly string[] {
  const fields: readonly (keyof RpmHeader)[] = ['name', 'epoch', 'version', 'release', 'arch', 'vendor', 'sourceRpm', 'modularityLabel']
  return packages.map((header) => fields.map((field) => header[field] ?? '(none)').join('|')).sort()
}

/** One source with 150 packages: every fifth has an epoch, some a long description, which goes over several pages. */
const madeUpSpec = [
  'Name: made-up\nVersion: 1.0\nRelease: 1\nSummary: none\nLicense: none\nVendor: Nobody, Inc.\n%description\nnone\n',
  ...Array.from({ length: 150 }, (_, index) =>
    [
      `%package -n made-up-${index}\nVersion: 1.${index}~rc1\nRelease: ${index}.test\nSummary: none`,
      index % 5 === 0 ? `Epoch: ${index / 5}` : '',
      index % 2 === 0 ? 'BuildArch: noarch' : '',
      `%description -n made-up-${index}\n${'word '.repeat(index % 10 === 0 ? 4_000 : 5)}`,
      `%files -n made-up-${index}\n`,
    ].join('\n'),
  ),
].join('\n')

/** Its installation kills rpm after the package is in the database, and before the write-ahead log is in the file. */
const killerSpec =
  'Name: killer\nVersion: 1\nRelease: 1\nSummary: none\nLicense: none\nBuildArch: noarch\n%description\n%post -p <lua>\nposix.kill(posix.getprocessid("pid"), 9)\n%files\n'

/** A public key that was made for this test; its private half is gone. */
const madeUpKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawJ3qxYJKwYBBAHaRw8BAQdAN44H0NGH0+UuOx1DgMXoXQGpD8ik0IW1USyK
RfLC4wm0H05vYm9keSA8bm9ib2R5QGludmFsaWQuaW52YWxpZD6IkAQTFggAOBYh
BM4V4ooGCin6aoBYx82CoRcJxSJcBQJrAnerAhsDBQsJCAcCBhUKCQgLAgQWAgMB
Ah4BAheAAAoJEM2CoRcJxSJccnoA/1lF27QMjSixo7aNZmWGRjEC75KgIJcKD85+
oM0JJ7irAP9iiu5mba1Qetf8zc/DRdqMdUK/cpAmUuSoFzx4ni8DDQ==
=GIVP
-----END PGP PUBLIC KEY BLOCK-----
`
