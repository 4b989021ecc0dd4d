/** Names that go into requests: what is not of the expected form never reaches a URL or a ref. */

/** Whatever the prefix: one level, and the hash of an update key at its end. */
const ownBranchForm = /^[a-z0-9][a-z0-9._-]{0,120}(?:\/[a-z0-9._-]{0,100})?-[0-9a-f]{8}(?:-\d{1,9})?(?:\.next)?$/
const repoPartForm = /^(?!\.+$)[A-Za-z0-9._-]{1,100}$/
const workflowForm = /^[A-Za-z0-9_][A-Za-z0-9 ._-]{0,200}\.ya?ml$/

/** `refs/heads/<branch>` of a branch of ours; throws on any other form, which would be a bug of ours. */
export function ownRef(branch: string): string {
  if (!ownBranchForm.test(branch) || /\.\.|\.lock$/.test(branch)) throw new Error(`not a branch name of ours: ${JSON.stringify(branch)}`)
  return `refs/heads/${branch}`
}

/** Where a new commit is made before our branch moves to it; one per branch. */
export function scratchBranch(branch: string): string {
  return `${branch}.next`
}

/** Whether Git takes `branch` as a name (https://git-scm.com/docs/git-check-ref-format). A policy file can say anything. */
export function isBranchName(branch: string): boolean {
  return branch !== '' && branch.length <= 250 && !/[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|^[-/]|[/.]$|\.lock$/u.test(branch)
}

/** `refs/heads/<branch>` of anybody's branch; throws when it is no name, which would be a bug of ours. */
export function anyRef(branch: string): string {
  if (!isBranchName(branch)) throw new Error(`not a branch name: ${JSON.stringify(branch)}`)
  return `refs/heads/${branch}`
}

/** Parameters `owner` and `repo` of REST routes; throws when a name has another form than GitHub gives. */
export function inRepo(repo: { readonly owner: string; readonly name: string }): { readonly owner: string; readonly repo: string } {
  if (!repoPartForm.test(repo.owner) || !repoPartForm.test(repo.name)) throw new Error(`not a repo name: ${JSON.stringify(`${repo.owner}/${repo.name}`)}`)
  return { owner: repo.owner, repo: repo.name }
}

/** The file name of a workflow given as name or path below `.github/workflows`, or null when it has not that form. */
export function workflowFile(workflow: string): string | null {
  const name = workflow.replace(/^\.github\/workflows\//, '')
  return workflowForm.test(name) ? name : null
}

/** True for a file that needs `workflows: write`. */
export function isWorkflow(path: string): boolean {
  return path.startsWith('.github/workflows/')
}
