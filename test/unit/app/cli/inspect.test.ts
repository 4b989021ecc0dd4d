/** `underpin inspect` as a person runs it, on a registry, a layout and an archive. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildImage, tar } from '../../../stand-ins/registry/content.ts'
import { legacyFiles } from '../../../stand-ins/registry/docker-archive.ts'
import { type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'
import { layoutFiles, writeFiles } from '../../../stand-ins/registry/oci-layout.ts'
import { debian, type Home, makeHome } from './evidence-stage.ts'

let registry: StandInRegistry
let locked: StandInRegistry
let home: Home
beforeAll(async () => {
  registry = await startRegistry()
  locked = await startRegistry({ auth: 'basic', users: { ann: 'a password' } })
  home = makeHome([registry.host, locked.host])
})
afterAll(async () => {
  await registry.close()
  await locked.close()
  home.remove()
})

const packages = [
  { type: 'deb', name: 'libthing1', version: '1.0-1', arch: 'amd64', sourceName: 'thing', sourceVersion: '1.0-1' },
  { type: 'deb', name: 'plain', version: '1:2.0-1', arch: 'amd64', sourceName: 'plain', sourceVersion: '1:2.0-1' },
]

describe('inspect', () => {
  it('prints what is inside an image of a registry', async () => {
    const { digest, manifests } = registry.pushImage('acme/app', '1', debian('1.0-1', { config: { User: 'app', Env: ['A=b'] } }))
    const { code, out, err } = await home.run('inspect', '--json', `${registry.host}/acme/app:1`)

    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('2 layers') })
    const printed = JSON.parse(out)
    expect(printed).toMatchObject({
      reference: `${registry.host}/acme/app:1`,
      index: digest,
      manifest: manifests['linux/amd64'],
      platform: 'linux/amd64',
      distro: { id: 'debian', versionId: '12', codename: 'bookworm', eol: '2028-06-30' },
      source: 'layers',
      packages,
      base: { proof: 'none' },
      config: { user: 'app', env: ['A=b'] },
      unseen: [],
    })
    expect(printed.packages[0].purl).toMatch(/^pkg:deb\/debian\/libthing1@1\.0-1\?/)
  })

  it('prints the same packages for a digest, an OCI layout and an archive of docker save', async () => {
    const image = buildImage(debian('1.0-1'))
    const layout = path.join(home.folder, 'layout')
    mkdirSync(layout)
    await writeFiles(layout, layoutFiles({ a: image, b: buildImage(debian('9')) }))
    writeFileSync(path.join(home.folder, 'saved.tar'), tar(legacyFiles({ 'acme/app:1': image })))
    const { digest } = registry.pushImage('acme/same', '1', debian('1.0-1'))

    for (const name of [`${registry.host}/acme/same@${digest}`, `oci:${layout}:a`, `docker-archive:${path.join(home.folder, 'saved.tar')}`]) {
      const { code, out } = await home.run('inspect', '--json', name)
      expect({ code, ...JSON.parse(out) }, name).toMatchObject({ code: 0, reference: name, packages, distro: { id: 'debian' } })
    }
  })

  it('takes the platform that is asked for, linux/amd64 without a word, else the only one; and lists what there is', async () => {
    registry.pushImage('acme/multi', '1', { ...debian('1.0-1'), platforms: ['linux/arm64', 'linux/amd64'] })
    registry.pushImage('acme/arm', '1', { ...debian('1.0-1'), platforms: ['linux/arm64'] })
    const platformOf = async (...args: readonly string[]) => JSON.parse((await home.run('inspect', '--json', ...args)).out).platform

    expect(await platformOf(`${registry.host}/acme/multi:1`)).toBe('linux/amd64')
    expect(await platformOf('--platform', 'linux/arm64', `${registry.host}/acme/multi:1`)).toBe('linux/arm64')
    expect(await platformOf(`${registry.host}/acme/arm:1`)).toBe('linux/arm64')
    const { code, out, err } = await home.run('inspect', '--platform', 'linux/s390x', `${registry.host}/acme/multi:1`)
    expect(err).toContain('choose one with --platform')
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('it has linux/arm64, linux/amd64')
    registry.pushImage('acme/single', '1', { ...debian('1.0-1'), single: true })
    const single = await home.run('inspect', '--platform', 'linux/arm64', `${registry.host}/acme/single:1`)
    expect({ code: single.code, out: single.out }).toEqual({ code: 2, out: '' })
    expect(single.err).toContain('it has linux/amd64')
  })

  it('tells people in a table, and makes hostile text visible', async () => {
    registry.pushImage('acme/hostile', '1', debian('1.0-1', { config: { Cmd: ['\u001b[2Jgone\u202e'] } }))
    const { out } = await home.run('inspect', `${registry.host}/acme/hostile:1`)

    expect(out).toContain('Debian GNU/Linux 12 (bookworm), public fixes until 2028-06-30')
    expect(out).toMatch(/\nlibthing1 {2}1\.0-1 {4}amd64 {2}thing 1\.0-1 {2}deb\n/)
    expect(out).toContain('⟨U+001B⟩[2Jgone⟨U+202E⟩')
    expect(out).not.toContain('\u001b')
  })

  it('says what could not be seen instead of an empty list', async () => {
    registry.pushImage('acme/bare', '1', { layers: [{ 'bin/app': 'x' }] })
    const { code, out } = await home.run('inspect', '--json', `${registry.host}/acme/bare:1`)

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ distro: null, packages: [], unseen: expect.arrayContaining([expect.stringContaining('no package database')]) })
  })

  it('exits with 2 for what is wrong here, and with 3 for what is wrong out there, and says what to do', async () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ['Not A Reference', 2, 'is no image'],
      ['oci:nowhere', 2, 'no folder'],
      ['docker-archive:nowhere', 2, 'no file'],
      [`oci:${home.folder}`, 2, 'not an OCI layout'],
      [`${registry.host}/acme/none:1`, 3, 'does not exist'],
      [`${locked.host}/acme/app:1`, 3, `configure a credential for ${locked.host}`],
      ['127.0.0.1:1/acme/app:1', 3, '127.0.0.1:1'],
    ]
    for (const [name, expected, words] of cases) {
      const { code, out, err } = await home.run('inspect', '--json', name)
      expect({ name, code, out }).toEqual({ name, code: expected, out: '' })
      expect(err).toContain(words)
    }
  })

  it('uses the logins of the Docker configuration', async () => {
    locked.pushImage('acme/private', '1', debian('1.0-1'))
    mkdirSync(path.join(home.folder, '.docker'), { recursive: true })
    const auth = Buffer.from('ann:a password').toString('base64')
    writeFileSync(path.join(home.folder, '.docker/config.json'), JSON.stringify({ auths: { [locked.host]: { auth } } }))

    expect((await home.run('inspect', '--json', `${locked.host}/acme/private:1`)).code).toBe(0)
  })

  it('is a command of the program', async () => {
    const { digest } = registry.pushImage('acme/compiled', '1', debian('1.0-1'))
    const { code, out } = await home.runCompiled('inspect', '--json', `${registry.host}/acme/compiled:1`)

    expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, index: digest, packages })
  })
})
