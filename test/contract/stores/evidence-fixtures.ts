/** Values that the suites of evidence work on: packages, inspections, advisories. Their ids are made up. */
import type { Advisory, FeedItem } from '../../../src/domain/advisory/advisory.ts'
import type { Digest } from '../../../src/domain/image/digest.ts'
import type { Inspection } from '../../../src/domain/image/inspection.ts'
import type { Package } from '../../../src/domain/package/package.ts'
import type { FeedUpdate } from '../../../src/ports/advisory-store.ts'
import { digest } from './fixtures.ts'

/** A binary package of `sourceName`. */
export function debPackage(name: string, sourceName = name): Package {
  const version = '1.0-1'
  return {
    type: 'deb',
    name,
    version,
    arch: 'amd64',
    sourceName,
    sourceVersion: version,
    module: null,
    vendor: null,
    purl: `pkg:deb/debian/${name}@${version}`,
  }
}

/** An inspection of `manifest` on linux/amd64 that found `packages`. */
export function inspection(manifest: Digest, packages: readonly Package[], change: Partial<Inspection> = {}): Inspection {
  const platform = { os: 'linux', architecture: 'amd64', variant: null, osVersion: null }
  const none = { entrypoint: [], cmd: [], env: [], exposedPorts: [], volumes: [], diffIds: [] }
  const distro = { id: 'debian', versionId: '12', codename: 'bookworm', idLike: [], prettyName: null, cpeName: null }
  return {
    manifest,
    index: null,
    platform,
    config: { platform, created: null, user: '', workingDir: '', stopSignal: null, labels: {}, ...none },
    layers: [{ digest: digest('f'), size: 9 }],
    inventory: { distro, source: 'layers', granularity: 'binaries', packages, repositories: [], unseen: [], notes: [] },
    provenance: null,
    base: { name: null, digest: null, proof: 'none' },
    ...change,
  }
}

/** An advisory of one record about one package of debian:12. */
export function advisory(record: string, packageName: string, change: Partial<Advisory> = {}): Advisory {
  return {
    feed: 'made-up',
    record,
    vulnerabilities: [record],
    release: 'debian:12',
    packageName,
    packageKind: 'source',
    status: 'affected',
    ranges: [{ introduced: null, fixed: '2.0-1', lastAffected: null }],
    versions: [],
    fix: 'available',
    architectures: [],
    module: null,
    vendorSeverity: null,
    cvss: null,
    withdrawn: false,
    published: null,
    ...change,
  }
}

/** The same as an item of a feed. */
export function advised(record: string, packageName: string, change: Partial<Advisory> = {}): FeedItem {
  return { kind: 'advisory', advisory: advisory(record, packageName, change) }
}

/** An update of part `all` of the feed `made-up` that reads `items`, and then raises `fault` if there is one. */
export function update(mode: FeedUpdate['mode'], items: readonly FeedItem[], change: Partial<FeedUpdate> & { readonly fault?: Error } = {}): FeedUpdate {
  const { fault, ...more } = change
  async function* reading() {
    yield* items
    if (fault !== undefined) throw fault
  }
  return {
    feed: 'made-up',
    part: 'all',
    etag: '"1"',
    newest: '2026-11-22T00:00:00Z',
    mode,
    items: reading(),
    published: () => ({ bytes: 1_234, fingerprint: null }),
    ...more,
  }
}
