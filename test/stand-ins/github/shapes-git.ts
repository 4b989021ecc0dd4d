/** Commits as GitHub's REST objects. */
import type { Commit } from './git-objects.ts'
import type { Json } from './openapi.ts'
import type { Repo } from './repos.ts'
import { api, iso, userShape } from './shapes.ts'
import type { World } from './world.ts'

/** A commit as the git database API shows it. */
export function gitCommitShape(world: World, repo: Repo, commit: Commit): Json {
  const url = `${api(world)}/repos/${repo.fullName}/git/commits/${commit.oid}`
  const who = (person: Commit['author']) => ({ name: person.name, email: person.email, date: iso(person.date) })
  const isSigned = repo.git.isSignedByGitHub(commit.oid)
  return {
    sha: commit.oid,
    node_id: `C_${repo.id}_${commit.oid}`,
    url,
    html_url: `${world.url}/${repo.fullName}/commit/${commit.oid}`,
    author: who(commit.author),
    committer: who(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${api(world)}/repos/${repo.fullName}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api(world)}/repos/${repo.fullName}/git/commits/${sha}`,
      html_url: `${world.url}/${repo.fullName}/commit/${sha}`,
    })),
    verification: {
      verified: isSigned,
      reason: isSigned ? 'valid' : 'unsigned',
      signature: isSigned ? 'c3RhbmQtaW4=' : null,
      payload: null,
      verified_at: null,
    },
  }
}

/** A commit as the commits API shows it: with accounts. */
export function commitShape(world: World, repo: Repo, commit: Commit): Json {
  const git = gitCommitShape(world, repo, commit)
  const who = (person: Commit['author']) => {
    const account = world.accountOfEmail(person.email)
    return account === null ? null : userShape(world, account)
  }
  return {
    sha: commit.oid,
    node_id: git.node_id,
    url: `${api(world)}/repos/${repo.fullName}/commits/${commit.oid}`,
    html_url: git.html_url,
    comments_url: `${api(world)}/repos/${repo.fullName}/commits/${commit.oid}/comments`,
    commit: { ...git, comment_count: 0 },
    author: who(commit.author),
    committer: who(commit.committer),
    parents: git.parents,
  }
}
