/** Packages, inventories, advisories and findings for tests: what a test does not name has the value that matters least. Their ids are made up. */
import type { Advisory, VersionRange } from '../../src/domain/advisory/advisory.ts'
import type { Finding } from '../../src/domain/advisory/finding.ts'
import type { Digest } from '../../src/domain/image/digest.ts'
import type { ImageConfig } from '../../src/domain/image/image-config.ts'
import type { Inspection } from '../../src/domain/image/inspection.ts'
import type { Distro } from '../../src/domain/package/distro.ts'
import type { Inventory } from '../../src/domain/package/inventory.ts'
import type { Package } from '../../src/domain/package/package.ts'

/** Debian 12 unless said otherwise. */
export function distro(named: Partial<Distro> = {}): Distro {
  return { id: 'debian', versionId: '12', codename: null, idLike: [], prettyName: null, cpeName: null, ...named }
}

/** A deb that is its own source. */
export function onePackage(named: Partial<Package> & Pick<Package, 'name' | 'version'>): Package {
  const type = named.type ?? 'deb'
  const own = { type, arch: null, sourceName: named.name, sourceVersion: named.version, module: null, vendor: null }
  return { ...own, purl: `pkg:${type}/made-up/${named.name}@${named.version}`, ...named }
}

/** Read from layers, with nothing unseen. */
export function inventory(named: Partial<Inventory> = {}): Inventory {
  return { distro: distro(), source: 'layers', granularity: 'binaries', packages: [], repositories: [], unseen: [], notes: [], ...named }
}

/** Of the Debian tracker, about every version of a source package. */
export function advisory(named: Omit<Partial<Advisory>, 'ranges'> & { readonly ranges?: readonly Partial<VersionRange>[] } = {}): Advisory {
  const record = named.record ?? 'CVE-2099-0001'
  return {
    feed: 'debian-tracker',
    record,
    vulnerabilities: [record],
    release: 'debian:12',
    packageName: 'foo',
    packageKind: 'source',
    status: 'affected',
    versions: [],
    fix: 'none-yet',
    architectures: [],
    module: null,
    vendorSeverity: null,
    cvss: null,
    withdrawn: false,
    published: null,
    ...named,
    ranges: (named.ranges ?? []).map((range) => ({ introduced: null, fixed: null, lastAffected: null, ...range })),
  }
}

/** In the source package `foo`, fixed. */
export function finding(named: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2099-0001',
    records: ['CVE-2099-0001'],
    purl: 'pkg:deb/made-up/foo@1.0-1',
    binaries: ['libfoo1'],
    sourceName: 'foo',
    installed: '1.0-1',
    fixedIn: '1.0-2',
    fix: 'available',
    severity: 'high',
    severityFrom: 'vendor',
    vendorSeverity: 'high',
    cvss: null,
    kev: false,
    epss: null,
    evidence: [],
    published: null,
    ...named,
  }
}

/** A manifest, layer or config digest that is made of one small number. */
export function madeUpDigest(number: number): Digest {
  return `sha256:${number.toString(16).padStart(64, '0')}` as Digest
}

type Named = Omit<Partial<Inspection>, 'config' | 'inventory'> & { readonly config?: Partial<ImageConfig>; readonly inventory?: Partial<Inventory> }

/** One layer, one package, and a source that provenance names. */
export function inspection(named: Named = {}): Inspection {
  const platform = { os: 'linux', architecture: 'amd64', variant: null, osVersion: null }
  const layers = named.layers ?? [{ digest: madeUpDigest(1), size: 1000 }]
  return {
    manifest: madeUpDigest(100),
    index: null,
    platform,
    provenance: { builder: 'https://builder.example', sourceUri: 'https://git.example/owner/repo', sourceRevision: null, parents: [] },
    base: { name: null, digest: null, proof: 'none' },
    ...named,
    layers,
    config: {
      platform,
      created: null,
      user: '',
      entrypoint: [],
      cmd: [],
      env: [],
      exposedPorts: [],
      volumes: [],
      workingDir: '',
      stopSignal: null,
      labels: {},
      diffIds: layers.map(({ digest }) => digest),
      ...named.config,
    },
    inventory: inventory({ packages: [onePackage({ name: 'libfoo1', version: '1.0-1', arch: 'amd64', sourceName: 'foo' })], ...named.inventory }),
  }
}
