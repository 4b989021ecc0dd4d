/** From a layer to packages by way of the parser's child: the whole path of an rpm database. */
import { afterAll, expect, it } from 'vitest'
import { createParse } from '../../../../src/adapters/parse/index.ts'
import { parseChild } from '../../../../src/app/parse-child-path.ts'
import { gzipped } from '../../../support/archives.ts'
import { inspected } from '../../../support/inspected.ts'
import { writeBdb } from '../../../support/rpm/bdb.ts'
import { madeUpPackages, packageBlob } from '../../../support/rpm/header.ts'
import { writeNdb } from '../../../support/rpm/ndb.ts'
import { writeSqlitePages } from '../../../support/rpm/sqlite.ts'

const parse = createParse({ script: parseChild })
afterAll(() => parse.close())

const packages = madeUpPackages(30)
const blobs = packages.map((header) => packageBlob(header, 100))

it.each([
  ['usr/lib/sysimage/rpm/rpmdb.sqlite', Buffer.concat(writeSqlitePages(blobs))],
  ['var/lib/rpm/Packages.db', writeNdb(blobs)],
  ['var/lib/rpm/Packages', writeBdb(blobs, 'little-endian')],
])('%s', async (name, bytes) => {
  const found = await inspected(
    [
      await gzipped([
        ['etc/os-release', 'ID=rhel\nVERSION_ID="9.4"\n'],
        [name, Buffer.from(bytes)],
      ]),
    ],
    { parse },
  )

  expect(found.inventory.unseen).toEqual([])
  expect(found.inventory.packages.map((one) => one.name).sort()).toEqual(
    packages
      .map((one) => one.name)
      .filter((one) => one !== 'gpg-pubkey')
      .sort(),
  )
})

it('a damaged one is said', async () => {
  const found = await inspected(
    [
      await gzipped([
        ['etc/os-release', 'ID=rhel\n'],
        ['var/lib/rpm/rpmdb.sqlite', 'SQLite format 3\0 and nothing else'],
      ]),
    ],
    { parse },
  )

  expect(found.inventory.packages).toEqual([])
  expect(found.inventory.unseen.join()).toContain('var/lib/rpm/rpmdb.sqlite')
})
