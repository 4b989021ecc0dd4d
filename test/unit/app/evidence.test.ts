/** Evidence end to end: what is inside the images decides what a pull request says, and a feed alone moves something. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'
import { type DebianPackage, debianLayer, debianSettings, publishArchive, publishTracker, type TrackerEntry } from '../../support/debian.ts'
import { type Publisher, startPublisher } from '../../stand-ins/publisher.ts'

let publisher: Publisher
let bed: AppBed
const known: TrackerEntry[] = [{ source: 'made-up', id: 'CVE-2026-10000', fixed: '1' }]
beforeAll(async () => {
  publisher = await startPublisher()
  publishTracker(publisher, known)
  publishArchive(publisher, [])
  bed = await startAppBed({ operatorFile: debianSettings(publisher) })
})
afterAll(async () => {
  await bed.stop()
  await publisher.close()
})
afterEach(() => bed.github.assertNoViolations())

/** The tracker says more from now on; the app hears of it when it looks next. */
async function hears(...entries: readonly TrackerEntry[]): Promise<void> {
  known.push(...entries)
  publishTracker(publisher, known)
  await bed.pass(hour)
}

function push(org: Organisation, packages: readonly DebianPackage[], more: Parameters<AppBed['registry']['pushImage']>[2] = {}): string {
  return bed.registry.pushImage(`${org.name}/base`, '1', { layers: [debianLayer(packages, publisher.origin)], ...more }).digest
}

const libc = { name: 'libc6', version: '2.36-9+deb12u10', source: 'glibc' }
const source = { config: { Labels: { 'org.opencontainers.image.source': 'https://github.com/example/base' } } }

describe('a base that moves', () => {
  it('is told with the vulnerabilities that the move fixes and the packages that changed', async () => {
    const org = bed.organisation()
    const old = push(org, [libc, { name: 'libalpha1', version: '1.0-1', source: 'alpha' }], source)
    const repo = org.repo('app', { Dockerfile: `FROM ${org.image}:1@${old}\n` })
    await bed.idle()
    await hears({ source: 'alpha', id: 'CVE-2026-10001', fixed: '1.0-2', urgency: 'high' }, { source: 'glibc', id: 'CVE-2026-10002', fixed: null })
    push(org, [libc, { name: 'libalpha1', version: '1.0-2', source: 'alpha' }], source)
    await bed.pass(hour)

    const [request] = org.pulls(repo)
    expect(request?.title).toBe(`Update ${org.image}:1: fixes 1 vulnerability (high)`)
    expect(request?.body).toContain('[CVE-2026-10001](https://security-tracker.debian.org/tracker/CVE-2026-10001) | high | `alpha` | `1.0-1` | `1.0-2`')
    expect(request?.body).toContain('| `libalpha1` | upgraded | `1.0-1` | `1.0-2` |')
    expect(request?.body).toContain('CVE-2026-10002')
    expect(request?.body).toContain('Packages of both were read from their layers')
    expect(request?.body).not.toContain('[!WARNING]')
  })

  it('warns where packages do not account for the move', async () => {
    const org = bed.organisation()
    const old = push(org, [libc], { config: { User: 'nobody' } })
    const repo = org.repo('app', { Dockerfile: `FROM ${org.image}:1@${old}\n` })
    await bed.idle()
    push(org, [{ ...libc, version: '2.36-9+deb12u9' }], { config: { User: 'root' } })
    await bed.pass(hour)

    const [request] = org.pulls(repo)
    expect(request?.body).toContain('[!WARNING]')
    expect(request?.body).toContain('| `libc6` | downgraded |')
    expect(request?.body).toContain('| `User` | `nobody` | `root` |')
  })

  it('opens its pull request without words on packages where the layers cannot be had, and says why', async () => {
    const org = bed.organisation()
    const old = push(org, [libc])
    const repo = org.repo('app', { Dockerfile: `FROM ${org.image}:1@${old}\n` })
    await bed.idle()
    const end = bed.registry.script({ path: `/v2/${org.name}/base/blobs/` }, { kind: 'status', status: 403 })
    push(org, [{ ...libc, version: '2.36-9+deb12u11' }])
    await bed.pass(hour)
    end()

    const [request] = org.pulls(repo)
    expect(request?.title).toMatch(/^Update .*:1 to sha256:/)
    expect(request?.body).toMatch(/was not compared|Not compared/)
  })
})

describe('a feed that learns something', () => {
  it('describes an open pull request anew when the move that it carries turns out to fix a vulnerability', async () => {
    const org = bed.organisation()
    const old = push(org, [libc, { name: 'libbeta1', version: '1.0-1', source: 'beta' }])
    const repo = org.repo('app', { Dockerfile: `FROM ${org.image}:1@${old}\n` })
    await bed.idle()
    push(org, [libc, { name: 'libbeta1', version: '1.0-2', source: 'beta' }])
    await bed.pass(hour)
    const before = org.pulls(repo)[0]
    expect(before?.title).toMatch(/ to sha256:/)
    await hears({ source: 'beta', id: 'CVE-2026-10003', fixed: '1.0-2', urgency: 'medium' })

    const [after, ...more] = org.pulls(repo)
    expect(more).toEqual([])
    expect(after?.title).toBe(`Update ${org.image}:1: fixes 1 vulnerability (medium)`)
    expect(after?.number).toBe(before?.number)
    expect(after?.headOid).toBe(before?.headOid)
  })

  it('asks for the rebuild of a repo that upgrades its packages, once the fix can be installed and the base lacks it', async () => {
    const org = bed.organisation()
    push(org, [libc, { name: 'libgamma1', version: '1.0-1', source: 'gamma' }])
    const repo = org.repo('app', {
      Dockerfile: `FROM ${org.image}:1\nRUN apt-get update && apt-get upgrade -y\n`,
      '.github/underpin.yml': 'rebuild: { schedule: on-fix, workflow: build.yml }\n',
      '.github/workflows/build.yml': 'on:\n  workflow_dispatch: {}\njobs: {}\n',
    })
    await bed.idle()
    await hears({ source: 'gamma', id: 'CVE-2026-10004', fixed: '1.0-2', urgency: 'high' })
    expect(bed.github.runs(repo)).toEqual([])
    expect((await buildDecision(repo))?.reasons[0]?.text).toMatch(
      /CVE-2026-10004 \(high\) in gamma is fixed in the distribution since 2026-11-20 .* cannot be said: its package repositories/,
    )

    publishArchive(publisher, [{ name: 'libgamma1', version: '1.0-2', source: 'gamma' }])
    await bed.pass(2 * hour)
    expect(bed.github.runs(repo)).toHaveLength(1)
    expect(await rebuildCauses(repo)).toEqual([`on-fix gamma 1.0-2 for ${org.image}:1`])

    bed.github.completeRun(bed.github.runs(repo)[0]?.id ?? 0, 'success')
    await bed.pass(3 * hour)
    expect(bed.github.runs(repo)).toHaveLength(1)
  })

  it('asks for no rebuild where the Dockerfile would not pick the fix up', async () => {
    const org = bed.organisation()
    push(org, [libc, { name: 'libdelta1', version: '1.0-1', source: 'delta' }])
    const repo = org.repo('app', { Dockerfile: `FROM ${org.image}:1\nRUN apt-get install -y curl\n`, '.github/underpin.yml': 'rebuild: on-fix\n' })
    publishArchive(publisher, [{ name: 'libdelta1', version: '1.0-2', source: 'delta' }])
    await bed.idle()
    await hears({ source: 'delta', id: 'CVE-2026-10005', fixed: '1.0-2', urgency: 'high' })
    await bed.pass(hour)

    expect(await rebuildCauses(repo)).toEqual([])
    expect((await buildDecision(repo))?.reasons[0]?.text).toMatch(/neither upgrades its packages nor installs delta/)
  })

  it('that goes back on itself changes nothing', async () => {
    const parts = await bed.house.stores.advisories.parts('debian-tracker')
    publisher.publish('/tracker/data/json', { body: '{}' })
    await bed.pass(hour)
    const after = await bed.house.stores.advisories.parts('debian-tracker')
    publishTracker(publisher, known)
    expect(after.find(({ part }) => part === 'tracker.json')?.items).toBe(parts.find(({ part }) => part === 'tracker.json')?.items)
    expect(after.find(({ part }) => part === 'tracker.json')?.alarm).not.toBeNull()
  })
})

async function buildDecision(repo: string) {
  const [owner = '', name = ''] = repo.split('/')
  const remembered = await bed.house.stores.repos.find(owner, name)
  const all = remembered === null ? [] : await bed.house.stores.decisions.ofRepo(remembered.id)
  return all.find(({ subject }) => subject.kind === 'build')?.decision
}

async function rebuildCauses(repo: string): Promise<readonly string[]> {
  const [owner = '', name = ''] = repo.split('/')
  const remembered = await bed.house.stores.repos.find(owner, name)
  return remembered === null ? [] : (await bed.house.stores.rebuilds.ofRepo(remembered.id, 10)).map(({ cause }) => cause)
}
