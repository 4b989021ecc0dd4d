/** Heads, trees and blobs on the stand-in. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gitBlobOid } from '../../../../src/lib/hash.ts'
import { dockerfile, kindOf, type Stage, startStage } from './kit.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
afterEach(async () => {
  await stage.close()
})

const files = () => stage.github.repoFiles
const graphqlSoFar = () => stage.standIn.countRequests().graphql

describe('heads', () => {
  it('of 150 repos take two requests; names are renewed, gone and empty repos left out', async () => {
    const repos = Array.from({ length: 150 }, (_, index) => stage.repo(`web-${index}`))
    const empty = stage.repo('empty', { files: {} })
    stage.standIn.rename('acme/web-0', 'site')
    stage.standIn.deleteRepo('acme/web-1')
    const heads = await files().heads(
      stage.installationId,
      [empty, ...repos].map((repo) => ({ repo, branch: null })),
    )
    expect(graphqlSoFar()).toBe(2)
    expect(heads).toHaveLength(149)
    expect(heads[0]).toMatchObject({ repo: { id: repos[0]!.id, name: 'site' }, branch: 'main', commitOid: stage.standIn.branches('acme/site')['main'] })
    stage.standIn.assertNoViolations()
  })
  it('of a named branch, in the same request; a branch that is not there or cannot be is left out', async () => {
    const [one, other] = [stage.repo('one'), stage.repo('other')]
    const oid = stage.standIn.push('acme/one', { branch: 'release/1.x', files: { a: 'b' } })
    const heads = await files().heads(stage.installationId, [
      { repo: one, branch: 'release/1.x' },
      { repo: other, branch: 'nowhere' },
      { repo: other, branch: '../x y' },
      { repo: other, branch: null },
    ])
    expect(heads.map(({ branch, commitOid }) => [branch, commitOid])).toEqual([
      ['release/1.x', oid],
      ['main', stage.standIn.branches('acme/other')['main']],
    ])
    expect(graphqlSoFar()).toBe(1)
  })
})

describe('trees', () => {
  const all = () => true
  it('of 25 repos take one request and keep modes', async () => {
    const content = { Dockerfile: dockerfile, 'a/b/c/d.yml': 'x', 'run.sh': { content: 'x', mode: '100755' }, link: { content: 'Dockerfile', mode: '120000' } }
    const repos = Array.from({ length: 25 }, (_, index) => stage.repo(`web-${index}`, { files: content }))
    const trees = await files().trees(
      stage.installationId,
      repos.map((repo) => ({ repo, branch: null })),
      (path) => path !== 'Dockerfile',
    )
    expect(stage.standIn.countRequests()).toMatchObject({ graphql: 1, rest: 0 })
    expect(trees).toHaveLength(25)
    expect(trees[7]?.isPartial).toBe(false)
    expect(trees[7]?.files.map(({ path, mode }) => [path, mode]).sort()).toEqual([
      ['a/b/c/d.yml', '100644'],
      ['link', '120000'],
      ['run.sh', '100755'],
    ])
  })
  it('deeper than four levels come by REST, once for the repo', async () => {
    const repo = stage.repo('deep', { files: { Dockerfile: dockerfile, 'a/b/c/d/e/f/Dockerfile': dockerfile } })
    const [tree] = await files().trees(stage.installationId, [{ repo, branch: 'main' }], (path) => path.endsWith('Dockerfile'))
    expect(tree?.files.map(({ path }) => path).sort()).toEqual(['Dockerfile', 'a/b/c/d/e/f/Dockerfile'])
    expect(tree?.files[0]?.blobOid).toBe(gitBlobOid(Buffer.from(dockerfile)))
    expect(stage.standIn.countRequests()).toMatchObject({ graphql: 1, rest: 1 })
  })
  it('too large for one answer are asked in halves, and a repo too large alone by REST', async () => {
    const big = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`file-${index}`, 'x']))
    const repos = [stage.repo('big', { files: big }), ...Array.from({ length: 3 }, (_, index) => stage.repo(`web-${index}`))]
    stage.standIn.settings.graphqlFieldBudget = 200
    const trees = await files().trees(
      stage.installationId,
      repos.map((repo) => ({ repo, branch: null })),
      all,
    )
    expect(trees.map(({ files: found }) => found.length)).toEqual([100, 1, 1, 1])
    expect(stage.standIn.countRequests().rest).toBe(1)
  })
  it('a fault that is not about size is raised', async () => {
    const repo = stage.repo('web')
    stage.standIn.suspend(stage.installationId)
    expect(await kindOf(files().trees(stage.installationId, [{ repo, branch: null }], all))).toBe('unauthorized')
    stage.standIn.uninstall(stage.installationId)
    expect(await kindOf(files().trees(stage.installationId, [{ repo, branch: null }], all))).toBe('missing')
  })
})

describe('blobs', () => {
  it('many small ones take two requests; bytes that text cannot carry come exactly', async () => {
    const contents = [dockerfile, 'FROM a\r\nRUN b', '\ufeffFROM a\n', '', 'x'.repeat(600_000), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from([0, 1, 2])]
    const named = Object.fromEntries(contents.map((content, index) => [`f${index}`, content]))
    const repo = stage.repo('web', { files: named })
    const oids = contents.map((content) => gitBlobOid(Buffer.from(content)))
    const found = await files().blobs(
      stage.installationId,
      oids.map((blobOid) => ({ repo, blobOid })),
      1_000_000,
    )
    expect([...found.keys()].sort()).toEqual([...oids].sort())
    for (const [index, oid] of oids.entries()) expect(Buffer.from(found.get(oid)!).equals(Buffer.from(contents[index]!))).toBe(true)
    expect(stage.standIn.countRequests().graphql).toBe(2)
    expect(stage.standIn.countRequests().rest).toBeLessThanOrEqual(4)
    stage.standIn.assertNoViolations()
  })
  it('over the limit are left out without being fetched, and so are those that are gone', async () => {
    const repo = stage.repo('web', { files: { big: 'x'.repeat(101), small: 'y'.repeat(100) } })
    const [big, small, gone] = [gitBlobOid(Buffer.from('x'.repeat(101))), gitBlobOid(Buffer.from('y'.repeat(100))), '0'.repeat(39) + '1']
    const found = await files().blobs(
      stage.installationId,
      [big, small, gone, small].map((blobOid) => ({ repo, blobOid })),
      100,
    )
    expect([...found.keys()]).toEqual([small])
    expect(stage.standIn.countRequests()).toMatchObject({ graphql: 2, rest: 0 })
  })
})
