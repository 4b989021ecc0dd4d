/** `underpin diff` as a person runs it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'
import { debian, type Home, makeHome, trackerJson } from './evidence-stage.ts'

let registry: StandInRegistry
let home: Home
let feed: string
let images: readonly [string, string]
beforeAll(async () => {
  registry = await startRegistry()
  registry.pushImage('acme/app', '1', debian('1.0-1', { config: { User: 'app' } }))
  registry.pushImage('acme/app', '2', debian('1.0-2', { config: { User: 'root\u202e' } }))
  images = [`${registry.host}/acme/app:1`, `${registry.host}/acme/app:2`]
  home = makeHome([registry.host])
  feed = path.join(home.folder, 'feed')
  mkdirSync(path.join(home.folder, 'feed/debian-tracker'), { recursive: true })
  writeFileSync(path.join(home.folder, 'feed/debian-tracker/tracker.json'), trackerJson)
})
afterAll(async () => {
  await registry.close()
  home.remove()
})

describe('diff', () => {
  it('prints packages, findings, configuration, layers, and whether all that is explained', async () => {
    const { code, out } = await home.run('diff', '--json', '--feed', feed, ...images)

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      a: images[0],
      b: images[1],
      packages: {
        added: [],
        removed: [],
        upgraded: [{ type: 'deb', name: 'libthing1', arch: 'amd64', sourceName: 'thing', from: '1.0-1', to: '1.0-2' }],
        downgraded: [],
      },
      findings: { fixed: [{ id: 'CVE-2099-0001' }], introduced: [], remaining: [{ id: 'CVE-2099-0002' }] },
      layers: { shared: 1, onlyA: 1, onlyB: 1 },
      explained: false,
      why: expect.arrayContaining(['User changes']),
      feeds: [{ name: 'debian-tracker' }],
      lookedUp: { a: true, b: true },
    })
    expect(JSON.parse(out).config).toMatchObject([{ field: 'User', from: 'app', to: expect.stringContaining('root') }])
  })

  it('reads a layer that both share once', async () => {
    const before = registry.requests.length
    await home.run('diff', '--json', ...images)
    const blobs = registry.requests.slice(before).filter(({ path: asked }) => asked.includes('/blobs/'))

    expect(new Set(blobs.map(({ path: asked }) => asked)).size).toBe(blobs.length)
  })

  it('tells people the same, hostile text made visible', async () => {
    const { out } = await home.run('diff', '--feed', feed, ...images)

    expect(out).toContain('vulnerabilities: 1 fixed, 0 new, 1 remaining')
    expect(out).toContain('layers: 1 shared, 1 gone, 1 new')
    expect(out).toMatch(/libthing1 \(amd64\) {2}upgraded {2}1\.0-1 {2}1\.0-2\n/)
    expect(out).toContain('Fixed: 1 vulnerability (1 high)')
    expect(out).toContain('Remaining: 1 vulnerability (1 low)')
    expect(out).toContain('root⟨U+202E⟩')
  })

  it('--markdown prints what a pull request shows', async () => {
    const { code, out } = await home.run('diff', '--markdown', '--feed', feed, ...images)

    expect(code).toBe(0)
    expect(out).toContain('### Fixed vulnerabilities')
    expect(out).toContain('CVE-2099-0001')
    expect(out).toContain('libthing1')
  })

  it('without a feed the packages are compared all the same, and it says that vulnerabilities are not', async () => {
    const { code, out, err } = await home.run('diff', '--json', ...images)

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      packages: { upgraded: [{ name: 'libthing1' }] },
      findings: { fixed: [] },
      feeds: [],
      lookedUp: { a: false, b: false },
    })
    expect(err).toContain('vulnerabilities are not compared')
  })

  it('nothing is called fixed, or new, where no advisory at hand speaks of the other image’s release', async () => {
    const old = `${registry.host}/acme/old:1`
    registry.pushImage('acme/old', '1', debian('1.0-1', {}, '7'))
    const [there, back] = [await home.run('diff', '--json', '--feed', feed, images[0]!, old), await home.run('diff', '--json', '--feed', feed, old, images[0]!)]
    const counts = ({ out }: { out: string }) => Object.entries(JSON.parse(out).findings).map(([kind, found]) => `${kind} ${(found as unknown[]).length}`)

    expect(counts(there)).toEqual(['fixed 0', 'introduced 0', 'remaining 2'])
    expect(counts(back)).toEqual(['fixed 0', 'introduced 0', 'remaining 2'])
    expect(there.err).toContain('no advisory at hand speaks of debian 7')
    expect((await home.run('diff', '--markdown', '--feed', feed, old, old)).out).toContain('Vulnerabilities were not compared')
  })

  it('says where an image was compared on another platform, because it has no other', async () => {
    registry.pushImage('acme/arm', '1', debian('1.0-1', { platforms: ['linux/arm64'] }))
    const { out } = await home.run('diff', '--json', images[0]!, `${registry.host}/acme/arm:1`)

    expect(JSON.parse(out)).toMatchObject({ explained: false, why: expect.arrayContaining(['the platform changes from linux/amd64 to linux/arm64']) })
  })

  it('the second image is judged like the first: what is wrong with it is said', async () => {
    expect(await home.run('diff', '--json', images[0], 'oci:nowhere')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no folder') })
  })
})
