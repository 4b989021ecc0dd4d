/** The port of repo changes on GitHub. */
import { isFault } from '../../domain/fault.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { Proposal, RepoChanges } from '../../ports/repo-changes.ts'
import type { Client } from './client.ts'
import { appendCommit, commitOnScratch, createBranch, createBranchWithCommit, deliveryRights, moveBranches } from './commits.ts'
import { commitWithModes, needsGitData } from './git-data.ts'
import type { Identity } from './identity.ts'
import { lookUp, type RepoName } from './look-up.ts'
import { scratchBranch } from './names.ts'
import { assign, requestReviews } from './people.ts'
import { addLabels, commentOnce, editPullRequest, openPullRequest } from './pull-requests.ts'
import type { Tokens } from './tokens.ts'

const mostNames = 10_000

/** `wantsSignature`: a commit is ours only with GitHub's own signature under it. Remembers the names that repos had at the last look-up. */
export function createRepoChanges(deps: {
  readonly client: Client
  readonly tokens: Tokens
  readonly identity: Identity
  readonly wantsSignature: boolean
}): RepoChanges {
  const { client, identity } = deps
  const names = new Map<number, RepoName>()
  const named = (repo: Repo): Repo => ({ ...repo, ...names.get(repo.id) })
  const rights = ({ files }: Proposal) => deliveryRights(files.map(({ path }) => path))
  return {
    lookUp(installationId, wanted) {
      if (names.size > mostNames) names.clear()
      return lookUp({ ...deps, names }, installationId, wanted)
    },
    async propose(given) {
      const proposal = { ...given, repo: named(given.repo) }
      if (!needsGitData(proposal.files)) return { commitOid: await createBranchWithCommit(client, proposal) }
      const commitOid = await commitWithModes(client, proposal, proposal.baseOid)
      await createBranch(client, proposal.repo, proposal.branch, commitOid, rights(proposal))
      return { commitOid }
    },
    async commit(given) {
      const proposal = { ...given, repo: named(given.repo) }
      const { repo, branch, expectedHeadOid } = proposal
      if (!needsGitData(proposal.files)) return { commitOid: await appendCommit(client, proposal, branch, expectedHeadOid) }
      const commitOid = await commitWithModes(client, proposal, expectedHeadOid)
      await moveBranches(client, repo, [{ branch, beforeOid: expectedHeadOid, afterOid: commitOid }], rights(proposal))
      return { commitOid }
    },
    async amend(given) {
      const proposal = { ...given, repo: named(given.repo) }
      const { repo, branch, beforeOid } = proposal
      const viaScratch = !needsGitData(proposal.files)
      const commitOid = viaScratch ? await commitOnScratch(client, proposal) : await commitWithModes(client, proposal, proposal.baseOid)
      const dropScratch = viaScratch ? [{ branch: scratchBranch(branch), beforeOid: commitOid, afterOid: null }] : []
      try {
        await moveBranches(client, repo, [{ branch, beforeOid, afterOid: commitOid, force: true }, ...dropScratch], rights(proposal))
      } catch (error) {
        // The branch is not ours to move any more: nothing of ours stays lying about.
        if (isFault(error) && error.kind === 'conflict' && viaScratch) await unlessGone(moveBranches(client, repo, dropScratch))
        throw error
      }
      return { commitOid }
    },
    open: (repo, request) => openPullRequest(client, named(repo), request),
    describe: (repo, number, { title, body }) => editPullRequest(client, named(repo), number, { title, body }),
    label: (repo, number, labels) => addLabels(client, named(repo), number, labels),
    requestReviews: (repo, number, reviewers) => requestReviews(client, named(repo), number, reviewers),
    assign: (repo, number, assignees) => assign(client, named(repo), number, assignees),
    comment: (repo, number, marker, body) => commentOnce(client, identity, named(repo), number, marker, body),
    async close(repo, number, branch, headOid, body) {
      await editPullRequest(client, named(repo), number, { state: 'closed', body })
      await unlessGone(moveBranches(client, repo, [{ branch, beforeOid: headOid, afterOid: null }]))
    },
    remove: (repo, branch, headOid) => unlessGone(moveBranches(client, repo, [{ branch, beforeOid: headOid, afterOid: null }])),
  }
}

/** A branch that is gone or elsewhere needs no deleting by us. */
async function unlessGone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion
  } catch (error) {
    if (!isFault(error) || (error.kind !== 'conflict' && error.kind !== 'missing' && error.kind !== 'invalid')) throw error
  }
}
