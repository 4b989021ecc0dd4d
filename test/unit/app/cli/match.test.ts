/** `underpin match` as a person runs it, with feeds of its own. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'
import { debian, type Home, makeHome, trackerJson } from './evidence-stage.ts'

let registry: StandInRegistry
let home: Home
let image: string
let feed: string
beforeAll(async () => {
  registry = await startRegistry()
  registry.pushImage('acme/app', '1', debian('1.0-1'))
  registry.pushImage('acme/old', '1', debian('1.0-1', {}, '7'))
  registry.pushImage('acme/bare', '1', { layers: [{ 'bin/app': 'x' }] })
  image = `${registry.host}/acme/app:1`
  home = makeHome([registry.host])
  feed = path.join(home.folder, 'feed')
})
afterAll(async () => {
  await registry.close()
  home.remove()
})
beforeEach(() => {
  rmSync(path.join(home.folder, 'feed'), { recursive: true, force: true })
  put('debian-tracker/tracker.json', trackerJson)
})

const put = (name: string, text: string, folder = 'feed') => {
  const file = path.join(home.folder, folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

describe('match', () => {
  it('prints one finding per vulnerability and source package, by the feed of the distribution', async () => {
    const { code, out } = await home.run('match', '--json', '--feed', feed, image)

    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject([
      {
        id: 'CVE-2099-0001',
        records: ['CVE-2099-0001'],
        binaries: ['libthing1'],
        sourceName: 'thing',
        installed: '1.0-1',
        fixedIn: '1.0-2',
        fix: 'available',
        severity: 'high',
        severityFrom: 'vendor',
        vendorSeverity: 'high',
        kev: false,
        epss: null,
        evidence: [{ feed: 'debian-tracker', record: 'CVE-2099-0001', range: '< 1.0-2', comparison: '1.0-1 < 1.0-2' }],
      },
      { id: 'CVE-2099-0002', fixedIn: null, fix: 'none-yet', severity: 'low' },
    ])
  })

  it('--all lists what does not apply as well, and only then', async () => {
    const ids = async (...flags: readonly string[]) => {
      const findings: { id: string; vex?: string }[] = JSON.parse((await home.run('match', '--json', '--feed', feed, ...flags, image)).out)
      return findings.map(({ id, vex }) => (vex === undefined ? id : `${id} ${vex}`))
    }

    expect(await ids()).not.toContain('CVE-2099-0003 not_affected')
    expect(await ids('--all')).toContain('CVE-2099-0003 not_affected')
  })

  it('--fail-on exits with 1 when something of that severity or worse applies', async () => {
    expect((await home.run('match', '--feed', feed, '--fail-on', 'high', image)).code).toBe(1)
    expect((await home.run('match', '--feed', feed, '--fail-on', 'critical', image)).code).toBe(0)
    expect((await home.run('match', '--feed', feed, '--fail-on', 'nonsense', image)).code).toBe(2)
  })

  it('--fail-on kev exits with 1 when something that is known to be exploited applies, whatever its severity', async () => {
    expect((await home.run('match', '--feed', feed, '--fail-on', 'kev', image)).code).toBe(0)
    put('kev/known_exploited_vulnerabilities.json', JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2099-0002', dateAdded: '2099-01-01' }] }))
    expect((await home.run('match', '--feed', feed, '--fail-on', 'kev', image)).code).toBe(1)
  })

  it('adds what CISA and FIRST say', async () => {
    put('kev/known_exploited_vulnerabilities.json', JSON.stringify({ vulnerabilities: [{ cveID: 'CVE-2099-0002', dateAdded: '2099-01-01' }] }))
    put('epss/epss_scores-current.csv', '#model_version:v1,score_date:2099-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2099-0001,0.25,0.9\n')
    const { out } = await home.run('match', '--json', '--feed', feed, image)

    expect(JSON.parse(out)).toMatchObject([
      { id: 'CVE-2099-0002', kev: true },
      { id: 'CVE-2099-0001', epss: 0.25 },
    ])
  })

  it('tells people in a table', async () => {
    const { out } = await home.run('match', '--feed', feed, image)

    expect(out).toMatch(/\nCVE-2099-0001 {2}high +thing {4}1\.0-1 +1\.0-2\n/)
    expect(out).toContain('2 vulnerabilities (1 high, 1 low)')
  })

  it('without any feed it says so and how to get one, and an empty list is not fine', async () => {
    mkdirSync(path.join(home.folder, 'empty'), { recursive: true })
    for (const flags of [[], ['--feed', path.join(home.folder, 'empty')]]) {
      const { code, out, err } = await home.run('match', '--json', ...flags, image)
      expect({ code, out }).toEqual({ code: 2, out: '[]\n' })
      expect(err).toContain('underpin feeds update')
      expect(err).toContain('debian-tracker')
    }
    expect((await home.run('match', image)).out).toBe('Nothing could be looked up\n')
    expect(await home.run('match', '--json', '--feed', '/nowhere/at/all', image)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('nowhere') })
  })

  it('reads what feeds update keeps when no folder is named', async () => {
    put('debian-tracker/tracker.json', trackerJson, 'data/feeds')
    const { code, out } = await home.run('match', '--json', image)
    rmSync(path.join(home.folder, 'data'), { recursive: true })

    expect({ code, found: JSON.parse(out).length }).toEqual({ code: 0, found: 2 })
  })

  it('a feed that cannot be read to its end is named, what it said counts, and the exit code is 2', async () => {
    put('debian-tracker/tracker.json', trackerJson.slice(0, trackerJson.indexOf('"plain"')))
    const { code, out, err } = await home.run('match', '--json', '--feed', feed, image)

    expect({ code, found: JSON.parse(out).length }).toEqual({ code: 2, found: 2 })
    expect(err).toContain('debian-tracker/tracker.json')
  })

  it('an image of which nothing is known is not called free of vulnerabilities', async () => {
    const { code, err } = await home.run('match', '--json', '--feed', feed, `${registry.host}/acme/bare:1`)

    expect(code).toBe(2)
    expect(err).toContain('does not say which distribution it is')
  })

  it('a release that no advisory at hand speaks of is not called free of vulnerabilities, and passes no gate', async () => {
    const old = `${registry.host}/acme/old:1`
    const { code, out, err } = await home.run('match', '--feed', feed, old)

    expect({ code, out }).toEqual({ code: 0, out: 'Nothing could be looked up\n' })
    expect(err).toContain('no advisory at hand speaks of debian 7, so it is not known what applies to it')
    expect((await home.run('match', '--feed', feed, '--fail-on', 'high', old)).code).toBe(2)
  })

  it('says how old what it looked up is, and where an update was refused since', async () => {
    put('debian-tracker/tracker.json', trackerJson, 'data/feeds')
    const part = { feed: 'debian-tracker', part: 'tracker.json', etag: null, newest: null, items: 3, bytes: 1, fingerprint: null, files: ['tracker.json'] }
    const times = { changedAt: '2099-01-01T00:00:00Z', checkedAt: '2099-01-01T00:00:00Z' }
    put('feeds.json', JSON.stringify({ parts: [{ ...part, ...times, alarm: 'it is empty' }] }), 'data/feeds')
    const { code, err } = await home.run('match', image)
    rmSync(path.join(home.folder, 'data'), { recursive: true })

    expect(code).toBe(0)
    expect(err).toMatch(/looked up in debian-tracker of \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    expect(err).toContain('debian-tracker tracker.json could not be updated, so an older one counts: it is empty')
  })

  it('--fail-on passes no image that was not seen completely, and nothing of which all is from third parties is called free', async () => {
    const part = 'Package: plain\nStatus: install ok installed\nVersion: 1:2.0-1\n\nPackage: ?\nVersion: 1\n'
    const osRelease = { 'etc/os-release': 'ID=debian\nVERSION_ID=12\n' }
    registry.pushImage('acme/part', '1', { layers: [{ ...osRelease, 'var/lib/dpkg/status': part }] })
    registry.pushImage('acme/third', '1', { layers: [{ ...osRelease, 'lib/apk/db/installed': 'P:thing\nV:1.0-r0\nA:x86_64\n\n' }] })
    const run = async (image: string, ...flags: readonly string[]) => await home.run('match', '--feed', feed, ...flags, `${registry.host}/acme/${image}:1`)

    expect(await run('part')).toMatchObject({ code: 0, err: expect.stringContaining('not seen: ') })
    expect((await run('part', '--fail-on', 'critical')).code).toBe(2)
    expect(await run('third')).toMatchObject({ code: 2, out: 'Nothing could be looked up\n', err: expect.stringContaining('not built by Debian') })
  })
})
