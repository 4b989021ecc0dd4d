/** Commits through the Git Data API: the way that keeps file modes (https://docs.github.com/rest/git). */
import { z } from 'zod'
import { formatRepo } from '../../domain/repo/repo.ts'
import type { CommitFile, Proposal } from '../../ports/repo-changes.ts'
import type { Client } from './client.ts'
import { deliveryRights } from './commits.ts'
import { fault } from './faults.ts'
import { inRepo } from './names.ts'
import { check } from './transport.ts'

const oid = z.string().regex(/^[0-9a-f]{40}$/)
const named = z.object({ sha: oid })
const commit = z.object({ tree: named })

/** True when a file has a mode that `createCommitOnBranch` would lose. */
export function needsGitData(files: readonly CommitFile[]): boolean {
  return files.some(({ mode }) => mode !== '100644')
}

/**
 * A commit on `parentOid` that no branch points to yet; gives its oid. GitHub signs it, since we name no author.
 * Faults of `RepoChanges`; `invalid` for a symbolic link: what it points to is not ours to write.
 */
export async function commitWithModes(client: Client, proposal: Proposal, parentOid: string): Promise<string> {
  const { repo, files } = proposal
  const permissions = deliveryRights(files.map(({ path }) => path))
  const what = `commit to ${formatRepo(repo)}`
  const attempt = client.attempt({ what, permissions, cost: 1 })
  const link = files.find(({ mode }) => mode === '120000')
  if (link !== undefined) throw fault(attempt, 'invalid', `${link.path} is a symbolic link, and Underpin writes through none`)

  const write = async (route: string, body: Readonly<Record<string, unknown>>, cost: number) => {
    const { data } = await client.write(repo, { what, permissions, cost }, { route, parameters: { ...inRepo(repo), ...body } })
    return check(attempt, named, data).sha
  }
  const parameters = { ...inRepo(repo), commit_sha: parentOid }
  const parent = await client.read(
    repo.installationId,
    { what, needs: 'contents: read' },
    { route: 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}', parameters },
  )
  const base = check(attempt, commit, parent.data).tree.sha

  const tree = []
  for (const { path, mode, bytes } of files) {
    const text = Buffer.from(bytes).toString('utf8')
    const isText = Buffer.from(text, 'utf8').equals(bytes)
    const content = isText
      ? { content: text }
      : { sha: await write('POST /repos/{owner}/{repo}/git/blobs', { content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }, 1) }
    tree.push({ path, mode, type: 'blob', ...content })
  }
  const treeOid = await write('POST /repos/{owner}/{repo}/git/trees', { base_tree: base, tree }, 1)
  return await write('POST /repos/{owner}/{repo}/git/commits', { message: proposal.commitMessage, tree: treeOid, parents: [parentOid] }, 1)
}
