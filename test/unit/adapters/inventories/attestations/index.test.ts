/** Attestations: where they are looked for, what binds them to a manifest, and what is not used. */
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../../../src/domain/fault.ts'
import { parseDigest } from '../../../../../src/domain/image/digest.ts'
import { attestedImage, spdx, statement } from './attested-image.ts'

const spdxType = 'https://spdx.dev/Document'
const slsaType = 'https://slsa.dev/provenance/v1'
const another = parseDigest(`sha256:${'b'.repeat(64)}`)!
const zlib = 'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib'
const curl = 'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-12'
const sbomOf = (purl: string, platform: typeof another, more: object = {}) => ({
  content: statement(spdxType, spdx([purl], more), [platform]),
  predicateType: spdxType,
})
const names = ({ sbom }: { readonly sbom: { readonly packages: readonly { readonly name: string }[] } | null }) =>
  sbom?.packages.map(({ name }) => name) ?? null

describe('an SBOM beside the image in the index', () => {
  it('is the inventory', async () => {
    const image = attestedImage()
    image.inIndex([sbomOf(zlib, image.platform)])

    expect(await image.read()).toEqual({
      sbom: {
        from: 'spdx',
        distro: { id: 'debian', versionId: '12', codename: null, idLike: [], prettyName: null, cpeName: null },
        packages: [expect.objectContaining({ type: 'deb', name: 'zlib1g', version: '1:1.2.13.dfsg-1', arch: 'amd64', sourceName: 'zlib' })],
        granularity: 'binaries',
        unseen: [],
      },
      provenance: null,
      problems: [],
    })
  })

  it.each(['0.1', '1'] as const)('may be a statement of version %s', async (version) => {
    const image = attestedImage()
    image.inIndex([{ content: statement(spdxType, spdx([zlib]), [image.platform], version) }])

    expect(names(await image.read())).toEqual(['zlib1g'])
  })

  it('may be in an envelope or in a bundle', async () => {
    for (const wrap of [
      (envelope: object) => envelope,
      (envelope: object) => ({ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: envelope }),
    ]) {
      const image = attestedImage()
      const payload = Buffer.from(JSON.stringify(statement(spdxType, spdx([zlib]), [image.platform]))).toString('base64')
      image.inIndex([{ content: wrap({ payloadType: 'application/vnd.in-toto+json', payload, signatures: [] }) }])

      expect(names(await image.read())).toEqual(['zlib1g'])
    }
  })

  it('of another platform is not read', async () => {
    const image = attestedImage()
    image.inIndex([sbomOf(zlib, another)], { reference: another })

    expect(await image.read()).toEqual({ sbom: null, provenance: null, problems: [] })
    expect(image.reads).toEqual([])
  })

  it('whose statement speaks of another manifest is not used, whatever the index says', async () => {
    const image = attestedImage()
    image.inIndex([sbomOf(zlib, another)])

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('its subject is another manifest')] })
  })

  it('whose attestation manifest speaks of another manifest is not used', async () => {
    const image = attestedImage()
    image.inIndex([sbomOf(zlib, image.platform)], { subject: another })

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('is about another manifest')] })
  })

  it('without a subject is used where docker-scout made it, and nowhere else', async () => {
    const source = 'pkg:deb/debian/zlib@1:1.2.13.dfsg-1?os_distro=bookworm&os_name=debian&os_version=12'
    const [scout, stranger] = [attestedImage(), attestedImage()]
    scout.inIndex([{ content: statement(spdxType, spdx([source], { creationInfo: { creators: ['Tool: docker-scout-1.18.1'] } }), []) }])
    stranger.inIndex([{ content: statement(spdxType, spdx([source]), []) }])

    expect(await scout.read()).toMatchObject({
      sbom: {
        distro: { id: 'debian', versionId: '12', codename: 'bookworm' },
        packages: [{ name: 'zlib', sourceName: 'zlib', arch: null }],
        granularity: 'sources',
        unseen: [],
      },
      problems: [],
    })
    expect(await stranger.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('names no subject')] })
  })

  it('of a build stage is not the inventory of the image', async () => {
    const image = attestedImage()
    image.inIndex([sbomOf(curl, image.platform, { name: 'sbom-build' }), sbomOf(zlib, image.platform)])

    expect(names(await image.read())).toEqual(['zlib1g'])
  })

  it('is none where two are there and nothing says which counts', async () => {
    const image = attestedImage()
    image.inIndex([sbomOf(curl, image.platform), sbomOf(zlib, image.platform)])

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('there are 2')] })
  })

  it.each<[string, object, string]>([
    ['lists no packages of a distribution', spdx(['pkg:npm/left-pad@1.0.0']), 'no packages of a distribution'],
    ['has no versions', spdx([zlib, 'pkg:deb/debian/curl?arch=amd64&distro=debian-12']), 'without a readable name and version'],
    ['names no distribution', spdx(['pkg:deb/debian/curl@7.88.1-10?arch=amd64']), 'names no distribution'],
    ['names two distributions', spdx([zlib, 'pkg:deb/debian/curl@7.88.1-10?arch=amd64&distro=debian-13']), 'two distributions, debian 12 and debian 13'],
    ['was trimmed', spdx([zlib], { relationships: [{ relationshipType: 'CONTAINS', relatedSpdxElement: 'SPDXRef-gone' }] }), 'was trimmed'],
    ['is no SPDX 2', { ...spdx([zlib]), spdxVersion: 'SPDX-3.0' }, 'no SPDX 2'],
  ])('that %s is not an inventory: the layers are to be read', async (_, document, reason) => {
    const image = attestedImage()
    image.inIndex([{ content: statement(spdxType, document, [image.platform]) }])

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining(reason)] })
  })

  it.each<[string, unknown, string]>([
    ['is no JSON', Buffer.from('{"_type":'), 'not JSON'],
    ['is of a later statement version', { ...statement(spdxType, {}, []), _type: 'https://in-toto.io/Statement/v2' }, 'no in-toto statement'],
    ['holds more values than anybody writes', Buffer.from(`[${'0,'.repeat(2_000_001)}0]`), 'more than 2000000 values'],
    [
      'has a subject without a digest that we know',
      { ...statement(spdxType, spdx([zlib]), []), subject: [{ name: 'x', digest: { md5: 'a' } }] },
      'no digest that we know',
    ],
  ])('that %s is a problem and no more', async (_, content, reason) => {
    const image = attestedImage()
    image.inIndex([{ content }, sbomOf(zlib, image.platform)])

    const read = await image.read()

    expect(read.problems).toEqual([expect.stringContaining(reason)])
    expect(names(read)).toEqual(['zlib1g'])
  })

  it('of more than 40 MiB is not fetched', async () => {
    const image = attestedImage()
    image.inIndex([{ ...sbomOf(zlib, image.platform), size: 41 * 1024 * 1024 }])

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('42991616 bytes')] })
    expect(image.reads).toEqual([])
  })

  it('whose bytes are not those of its digest is not used', async () => {
    const image = attestedImage()
    image.inIndex([{ ...sbomOf(zlib, image.platform), size: 10 }])

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('more bytes')] })
  })

  it('is the only thing that is fetched beside provenance', async () => {
    const image = attestedImage()
    image.inIndex([
      { content: statement('https://example.test/vuln', {}, [image.platform]), predicateType: 'https://example.test/vuln' },
      sbomOf(zlib, image.platform),
    ])
    await image.read()

    expect(image.reads).toHaveLength(1)
  })
})

describe('referrers', () => {
  it('are read where the index has no SBOM', async () => {
    const image = attestedImage()
    image.inIndex([{ content: statement(slsaType, { buildDefinition: {}, runDetails: { builder: { id: 'https://builder.test' } } }, [image.platform]) }])
    image.asReferrer([sbomOf(zlib, image.platform)], { artifactType: 'application/vnd.in-toto+json' })

    expect(await image.read()).toMatchObject({ sbom: { packages: [{ name: 'zlib1g' }] }, provenance: { builder: 'https://builder.test' }, problems: [] })
  })

  it('may be documents by themselves, which the subject of their manifest binds', async () => {
    const image = attestedImage()
    const component = { type: 'library', name: 'curl', version: '7.88.1-10', purl: curl }
    const content = { bomFormat: 'CycloneDX', specVersion: '1.5', components: [component, { type: 'operating-system', name: 'debian', version: '12' }] }
    image.asReferrer([{ content, mediaType: 'application/vnd.cyclonedx+json' }], { artifactType: 'application/vnd.cyclonedx+json' })

    expect(await image.read()).toMatchObject({ sbom: { from: 'cyclonedx', packages: [{ name: 'curl' }] }, problems: [] })
  })

  it('that the registry lists, and that speak of another manifest, are not used', async () => {
    const image = attestedImage()
    image.asReferrer([{ content: spdx([zlib]), mediaType: 'application/spdx+json' }], { subject: another, artifactType: 'application/spdx+json' })

    expect(await image.read()).toMatchObject({ sbom: null, problems: [expect.stringContaining('is about another manifest')] })
  })

  it('of other kinds are not fetched', async () => {
    const image = attestedImage()
    image.asReferrer([{ content: 'a signature' }], { artifactType: 'application/vnd.cncf.notary.signature' })

    expect(await image.read()).toEqual({ sbom: null, provenance: null, problems: [] })
  })

  it('that cannot be listed are a problem, also where it may pass: some registries fail at them for ever; a limit is raised', async () => {
    const image = attestedImage()
    image.failReferrers(new Fault('unauthorized', 'the registry says no'))
    expect(await image.read()).toMatchObject({ problems: [expect.stringContaining('the registry says no')] })

    image.failReferrers(new Fault('transient', 'a broken gateway'))
    expect(await image.read()).toMatchObject({ problems: [expect.stringContaining('a broken gateway')] })

    image.failReferrers(new Fault('rate-limited', 'not so fast'))
    await expect(image.read()).rejects.toMatchObject({ kind: 'rate-limited' })
  })
})
