/** A feed moves something: what a publisher says anew reaches the decisions of those whose images hold the package, and nobody else's. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type AppBed, hour, startAppBed } from '../../support/app-bed.ts'
import { type Publisher, startPublisher } from '../../stand-ins/publisher.ts'

let bed: AppBed
let publisher: Publisher
const file = '/os/security.json'
beforeAll(async () => {
  publisher = await startPublisher()
  const publishers = ['https://packages.wolfi.dev', 'https://www.cisa.gov', 'https://epss.empiricalsecurity.com', 'https://storage.googleapis.com']
  const origins = publishers.map((origin) => `"${origin}": "${publisher.origin}"`).join(', ')
  bed = await startAppBed({ operatorFile: `feeds: { enabled: used, origins: { ${origins} }, allowPrivate: true }` })
})
afterAll(async () => {
  await bed.stop()
  await publisher.close()
})
afterEach(() => bed.github.assertNoViolations())

/** The files of an image of Wolfi with these packages. */
function wolfi(packages: Readonly<Record<string, string>>) {
  const installed = Object.entries(packages).map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\no:${name}\n\n`)
  return [{ 'etc/os-release': 'ID=wolfi\nNAME="Wolfi"\nVERSION_ID="20230201"\n', 'lib/apk/db/installed': installed.join('') }]
}

const secdb = (fixes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) =>
  JSON.stringify({ packages: Object.entries(fixes).map(([name, secfixes]) => ({ pkg: { name, secfixes } })) })

it('the first image of a distribution makes its feed due, and what it says later wakes who holds the package', async () => {
  const { stores } = bed.house
  publisher.publish(file, { body: secdb({ zlib: { '9-r0': ['CVE-2099-0001'] } }) })
  const org = bed.organisation()
  const push = (tag: string, packages: Record<string, string>) =>
    bed.registry.pushImage(`${org.name}/base`, tag, { label: `${org.name} ${tag}`, layers: wolfi(packages) }).digest
  const pin = push('1', { openssl: '3.0-r0' })
  push('1', { openssl: '3.0-r1' })
  const other = push('2', { bash: '5-r0' })
  push('2', { bash: '5-r1' })
  const held = org.repo('held', { Dockerfile: `FROM ${org.image}:1@${pin}\n` })
  const bystander = org.repo('bystander', { Dockerfile: `FROM ${org.image}:2@${other}\n` })
  await bed.idle()
  await bed.pass(hour)

  expect(await stores.inventories.releases()).toEqual(['wolfi'])
  expect(await stores.advisories.parts('wolfi')).toMatchObject([{ items: 1, alarm: null }])
  // Nobody uses the other distributions that OSV tells about.
  expect((await stores.advisories.parts('osv')).map(({ part }) => part)).toEqual(['Wolfi'])
  expect(org.pulls(held).map(({ title }) => title)).toEqual([expect.not.stringContaining('fixes')])

  publisher.publish(file, { body: secdb({ zlib: { '9-r0': ['CVE-2099-0001'] }, openssl: { '3.0-r1': ['CVE-2099-0002'] } }) })
  await bed.pass(hour)

  expect(await stores.advisories.parts('wolfi')).toMatchObject([{ items: 2 }])
  expect(org.pulls(held).map(({ title }) => title)).toEqual([expect.stringContaining('fixes 1 vulnerability')])
  expect(org.pulls(bystander).map(({ title }) => title)).toEqual([expect.not.stringContaining('fixes')])
})
