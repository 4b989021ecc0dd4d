/** The port of repo files on GitHub. */
import type { RepoFiles } from '../../ports/repo-files.ts'
import { readBlobs } from './blobs.ts'
import type { Client } from './client.ts'
import { readHeads, type Wanted } from './heads.ts'
import { isBranchName } from './names.ts'
import { readTrees } from './trees.ts'

/** Keeps nothing between calls. */
export function createRepoFiles(client: Client): RepoFiles {
  return {
    heads: (installationId, wanted) => readHeads(client, installationId, wanted.filter(isPossible)),
    trees: (installationId, wanted, isWanted) => readTrees(client, installationId, wanted.filter(isPossible), isWanted),
    blobs: (installationId, wanted, maxBytes) => readBlobs(client, installationId, wanted, maxBytes),
  }
}

/** A branch that cannot exist is as good as gone. */
function isPossible({ branch }: Wanted): boolean {
  return branch === null || isBranchName(branch)
}
