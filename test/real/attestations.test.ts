/** Attestations as BuildKit, docker-scout, syft, Red Hat, GitHub and Google wrote them. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readAttestations } from '../../src/adapters/inventories/attestations/index.ts'
import { readSbom } from '../../src/adapters/inventories/attestations/sbom.ts'
import { readProvenance } from '../../src/adapters/inventories/attestations/slsa.ts'
import { readSpdx } from '../../src/adapters/inventories/attestations/spdx.ts'
import { openAttestation } from '../../src/adapters/inventories/attestations/statement.ts'
import { openLocalImage } from '../../src/adapters/local-images/index.ts'
import { digestOf, parseDigest } from '../../src/domain/image/digest.ts'
import { parseManifest, runnableEntries } from '../../src/domain/image/manifest.ts'
import { formatPlatform } from '../../src/domain/image/platform.ts'

const samples = path.resolve(import.meta.dirname, '../../../shared/data/attestations')
const bytesOf = (file: string) => readFileSync(path.join(samples, file))
const json = (file: string) => JSON.parse(bytesOf(file).toString('utf8'))

const open = (bytes: Uint8Array) => {
  const opened = openAttestation(bytes)
  if (opened.kind === 'invalid' || opened.kind === 'other') throw new Error(JSON.stringify(opened))
  return opened
}
const provenanceIn = (bytes: Uint8Array) => {
  const { kind, predicate } = open(bytes)
  return kind === 'slsa-0' || kind === 'slsa-1' ? readProvenance(kind, predicate) : null
}
const sbomIn = (predicate: unknown) => {
  const document = readSpdx(predicate)
  return document.kind === 'unusable' ? document : readSbom(document.listed)
}

describe('OCI layouts', () => {
  it.each([
    ['oci-layout-buildkit', ['linux/amd64', 'linux/arm64']],
    ['oci-layout-containerd', ['linux/arm64']],
  ])('%s: the SBOM of each platform is found, bound to it, and has no packages of a distribution', async (layout, platforms) => {
    const local = await openLocalImage(`oci:${path.join(samples, layout)}`)
    const { source, root, name } = local!
    const index = await source.manifest('public', name, root)
    if (index.kind !== 'index') throw new Error('no index')
    const entries = runnableEntries(index)
    expect(entries.map(({ platform }) => formatPlatform(platform))).toEqual(platforms)

    for (const { digest } of entries) {
      const read = await readAttestations(source, 'public', name, index, digest)

      expect(read).toEqual({
        sbom: null,
        provenance: null,
        problems: [expect.stringMatching(/^the attestation sha256:[0-9a-f]{64} is not used: it lists no packages of a distribution$/)],
      })
    }
  })

  it.each(['oci-layout-buildkit', 'oci-layout-containerd'])('%s: each statement names a platform manifest that is there', (layout) => {
    const blobs = readdirSync(path.join(samples, layout, 'blobs/sha256')).map((name) => bytesOf(`${layout}/blobs/sha256/${name}`))
    const subjects = blobs.filter((bytes) => bytes.includes('"predicateType"')).map((bytes) => open(bytes).subjects?.[0])

    expect(subjects.length).toBeGreaterThan(0)
    expect(blobs.map((bytes) => digestOf(bytes))).toEqual(expect.arrayContaining(subjects))
  })
})

describe('indexes', () => {
  it.each(['index.official-image.json', 'index.ubuntu-24.04.excerpt.json'])('%s has one attestation manifest for its platform', (file) => {
    const parsed = parseManifest(bytesOf(file), null)
    if (parsed.kind === 'invalid' || parsed.manifest.kind !== 'index') throw new Error('no index')
    const [platform] = runnableEntries(parsed.manifest)

    expect(parsed.manifest.manifests.filter(({ annotations }) => annotations['vnd.docker.reference.digest'] === platform?.digest)).toHaveLength(1)
  })
})

describe('SBOMs', () => {
  it("docker-scout's of ubuntu: no subject, and sources with their distribution", () => {
    const { kind, predicate, subjects } = open(bytesOf('statement.spdx.docker-scout.excerpt.json'))
    const document = readSpdx(predicate)

    expect([kind, subjects]).toEqual(['spdx', []])
    expect(document).toMatchObject({ listed: { isScout: true, name: 'sbom' } })
    expect(sbomIn(predicate)).toMatchObject({
      sbom: {
        distro: { id: 'ubuntu', versionId: '24.04', codename: 'noble' },
        packages: [{ name: 'acl', version: '2.3.2-1build1.1', arch: null }],
        granularity: 'sources',
        unseen: [],
      },
    })
  })

  it("syft's of Alpine 3.16: 14 packages and their origins", () => {
    const read = sbomIn(json('spdx.alpine.syft.json'))
    if (read.kind === 'unusable') throw new Error(read.problem)

    expect(read.sbom.distro).toMatchObject({ id: 'alpine', versionId: '3.16.2' })
    expect(read.sbom.packages).toHaveLength(14)
    expect(read.sbom.packages.map(({ name, sourceName }) => `${name} ${sourceName}`)).toEqual(
      expect.arrayContaining(['libssl1.1 openssl', 'scanelf pax-utils', 'libc-utils libc-dev']),
    )
    expect(read.sbom.unseen).toEqual([])
  })

  it("Red Hat's of ubi9-micro: 20 rpm packages of RHEL 9", () => {
    const read = sbomIn(json('spdx.ubi9-micro.redhat.json'))
    if (read.kind === 'unusable') throw new Error(read.problem)

    expect(read.sbom.distro).toMatchObject({ id: 'rhel', versionId: '9' })
    expect(read.sbom.packages).toHaveLength(20)
    expect(read.sbom.packages).toContainEqual(
      expect.objectContaining({ type: 'rpm', name: 'glibc', version: '2.34-100.el9_4.2', arch: 'x86_64', vendor: 'Red Hat' }),
    )
  })

  it("syft's of kubectl: the three Debian packages among those of Go", () => {
    const { predicate, subjects } = open(bytesOf('statement.spdx.syft-2.3.trimmed.json'))
    const read = sbomIn(predicate)
    if (read.kind === 'unusable') throw new Error(read.problem)

    expect(subjects).toEqual([parseDigest('sha256:ee398c1e436e28bb57d16e3fed395657e877890295483bf21c016acbab6b7fd1')])
    expect(read.sbom.distro).toMatchObject({ id: 'debian', versionId: '11' })
    expect(read.sbom.packages.map(({ name }) => name)).toEqual(['base-files', 'netbase', 'tzdata'])
  })
})

describe('provenance', () => {
  it.each(['provenance.slsa-v0.2.buildkit.json', 'provenance.slsa-v0.2.buildkit.dsse.json'])("%s: BuildKit's, with the images of its stages", (file) => {
    expect(provenanceIn(bytesOf(file))?.parents.map(({ uri }) => uri)).toEqual([
      'pkg:docker/docker/buildkit-syft-scanner@stable-1',
      'pkg:docker/alpine@latest?platform=linux%2Farm64',
    ])
  })

  it.each(['provenance.slsa-v1.buildkit-docs-1.json', 'provenance.slsa-v1.buildkit-docs-2.json'])('%s: v1 of BuildKit', (file) => {
    expect(provenanceIn(bytesOf(file))).toEqual({
      builder: null,
      sourceUri: null,
      sourceRevision: null,
      parents: [{ uri: 'pkg:docker/alpine@latest?platform=linux%2Famd64', digest: 'sha256:8914eb54f968791faf6a8638949e480fef81e697984fba772b3976835194c6d4' }],
    })
  })

  it("GitHub's of an official image", () => {
    expect(provenanceIn(bytesOf('provenance.slsa-v1.github-workflow.json'))).toEqual({
      builder: 'https://github.com/docker-library/meta/.github/workflows/build.yml@refs/heads/main',
      sourceUri: 'https://github.com/docker-library/meta',
      sourceRevision: '0123456789abcdef0123456789abcdef01234567',
      parents: [],
    })
  })

  it("GitHub's in a Sigstore bundle", () => {
    expect(provenanceIn(bytesOf('provenance.slsa-v1.attest-build-provenance.sigstore-bundle.json'))).toMatchObject({
      builder: expect.stringMatching(/^https:\/\/github\.com\//),
      sourceUri: expect.stringMatching(/^https:\/\/github\.com\/[^/]+\/[^/]+$/),
      sourceRevision: expect.stringMatching(/^[0-9a-f]{40}$/),
    })
  })

  it("Google Cloud Build's of version 0.1, from its envelope", () => {
    const { envelope } = json('provenance.slsa-v0.1.cloudbuild.json').provenance_summary.provenance[0]

    expect(open(Buffer.from(JSON.stringify(envelope))).subjects).toEqual([
      parseDigest('sha256:f472ca4b68898c951ac3b476cba919d0d56fca4ced631fabcead51e4b2b690e7'),
    ])
    expect(provenanceIn(Buffer.from(JSON.stringify(envelope)))).toEqual({
      builder: 'https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3',
      sourceUri: 'https://github.com/laurentsimon/gcb-tests',
      sourceRevision: '01ce393d04eb6df2a7b2b3e95d4126e687afb7ae',
      parents: [],
    })
  })
})
