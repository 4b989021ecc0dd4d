/** SLSA provenance: source, commit, builder and the images that were used, as each builder writes them. */
import { describe, expect, it } from 'vitest'
import { readProvenance } from '../../../../../src/adapters/inventories/attestations/slsa.ts'

const commit = 'c'.repeat(40)
const hex = 'a'.repeat(64)
const alpine = { uri: 'pkg:docker/alpine@3.20?platform=linux%2Famd64', digest: { sha256: hex } }
const parents = [{ uri: alpine.uri, digest: `sha256:${hex}` }]

describe('provenance v0.2', () => {
  it('of a build from Git has the source in its configSource', () => {
    const configSource = { uri: `https://github.com/acme/app.git#${commit}:docker`, digest: { sha1: commit }, entryPoint: 'Dockerfile' }

    expect(
      readProvenance('slsa-0', { builder: { id: 'https://github.com/docker-library' }, invocation: { configSource }, materials: [alpine, configSource] }),
    ).toEqual({
      builder: 'https://github.com/docker-library',
      sourceUri: 'https://github.com/acme/app',
      sourceRevision: commit,
      parents,
    })
  })

  it("of a folder has it in BuildKit's metadata, where the folder is a clone", () => {
    const metadata = { 'https://mobyproject.org/buildkit@v1#metadata': { vcs: { source: 'https://github.com/acme/app.git', revision: commit } } }

    expect(
      readProvenance('slsa-0', { builder: { id: '' }, invocation: { configSource: { entryPoint: 'Dockerfile' } }, materials: [alpine], metadata }),
    ).toEqual({
      builder: null,
      sourceUri: 'https://github.com/acme/app',
      sourceRevision: commit,
      parents,
    })
  })

  it('has it among the materials otherwise', () => {
    expect(
      readProvenance('slsa-0', { materials: [alpine, { uri: 'git+https://user:secret@git.test/acme/app@refs/heads/main', digest: { sha1: commit } }] }),
    ).toMatchObject({
      sourceUri: 'https://git.test/acme/app',
      sourceRevision: commit,
    })
  })
})

describe('provenance v1', () => {
  it('of BuildKit', () => {
    const buildDefinition = { externalParameters: { configSource: { uri: `https://github.com/acme/app.git#${commit}` } }, resolvedDependencies: [alpine] }

    expect(readProvenance('slsa-1', { buildDefinition, runDetails: { builder: { id: 'https://builder.test' } } })).toEqual({
      builder: 'https://builder.test',
      sourceUri: 'https://github.com/acme/app',
      sourceRevision: commit,
      parents,
    })
  })

  it("of GitHub's workflows has the commit of the workflow's repository", () => {
    const repository = 'https://github.com/acme/app'
    const other = { uri: 'git+https://github.com/acme/other@refs/heads/main', digest: { gitCommit: 'd'.repeat(40) } }
    const own = { uri: `git+${repository}@refs/heads/main`, digest: { gitCommit: commit } }

    expect(readProvenance('slsa-1', { buildDefinition: { externalParameters: { workflow: { repository } }, resolvedDependencies: [other, own] } })).toEqual({
      builder: null,
      sourceUri: repository,
      sourceRevision: commit,
      parents: [],
    })
  })
})

it('images without a digest are no parents, and what is no provenance is none', () => {
  expect(readProvenance('slsa-0', { materials: [{ uri: 'pkg:docker/alpine@3' }, { ...alpine, digest: { sha256: 'short' } }] })?.parents).toEqual([])
  expect(readProvenance('slsa-1', { builder: {} })).toBeNull()
  expect(readProvenance('slsa-0', 'x')).toBeNull()
})
