/** What of a branch is read. */
import { expect, it } from 'vitest'
import { mostBytes, readSnapshots, weightOf } from '../../../../src/pipeline/discover/snapshot.ts'
import type { RepoFiles, RepoTree } from '../../../../src/ports/repo-files.ts'
import { repo } from '../../../contract/stores/fixtures.ts'

const size = 200_000
const most = Math.floor(mostBytes / size)
const files = Array.from({ length: most + 20 }, (_, index) => ({
  path: `${String(index).padStart(3, '0')}.Dockerfile`,
  blobOid: `b${index}`,
  mode: '100644' as const,
  size,
}))
const treeOf = (listed: RepoTree['files']): RepoTree => ({ repo: repo(), branch: 'main', commitOid: 'c', isPartial: false, files: listed })

it('files are read up to so many bytes together, and the first that is not says so', async () => {
  const asked: string[] = []
  const repoFiles: RepoFiles = {
    heads: async () => [],
    trees: async () => [],
    blobs: async (_, wanted) => {
      asked.push(...wanted.map(({ blobOid }) => blobOid))
      return new Map(wanted.map(({ blobOid }) => [blobOid, Buffer.from('FROM scratch')]))
    },
  }
  const long = { path: '0000.Dockerfile', blobOid: 'long', mode: '100644' as const, size: 300_000 }
  const tree = treeOf([long, ...files])
  const [snapshot] = await readSnapshots(repoFiles, 7, [{ tree, before: null }])

  expect(asked).toEqual(files.slice(0, most).map(({ blobOid }) => blobOid))
  expect(snapshot?.files.filter(({ kind }) => kind === 'unread')).toEqual([
    { kind: 'unread', path: '0000.Dockerfile', code: 'too-large', what: 'longer than 256 KiB' },
    { kind: 'unread', path: files[most]?.path, code: 'too-large', what: expect.stringContaining('the first of 20 files that are not read') },
  ])
  expect(weightOf(tree)).toBe(most * size)
})
