/** Names in the policy file: globs, branches, labels, people and platforms, as GitHub, Git and OCI take them. */
import { parseExtent } from '../../domain/image/extent.ts'
import { parseRange } from '../../domain/image/tag-range.ts'
import { listOf, text } from './pieces.ts'

const mostStars = 8

/** A glob over paths. Few stars: the time that a match takes grows with them, and the text comes from strangers. */
export const glob = text('write a glob in quotes: * for anything within one folder, ** for any folders, ? for one character', 500).refine(
  (pattern) => (pattern.match(/\*+/g) ?? []).length <= mostStars,
  { error: `write at most ${mostStars} stars in one glob; several globs say more` },
)

/** A glob over image names. */
export const imageGlob = glob.refine((pattern) => !/@|:[^/]*$/.test(pattern), {
  error: 'write an image name without tag or digest, for example "python" or "ghcr.io/acme/**"',
})

/** https://git-scm.com/docs/git-check-ref-format, the part that matters for a name we ask GitHub about. */
export const branch = text('write the name of a branch', 250).refine(
  (name) => !/[\s~^:?*[\\]|\.\.|\/\/|@\{|^[-/]|[/.]$|\.lock$/.test(name) && !name.startsWith('refs/'),
  { error: 'this is not the name of a branch; write it as in the branch list on GitHub, for example main' },
)

/** What our branches begin with: in front of `<slug>-<hash>` it makes a name that Git takes, one level deep. */
export const branchPrefix = text('write a prefix such as underpin/ or underpin-', 40).refine(
  (prefix) => /^[a-z0-9][a-z0-9._-]*[/-]$/.test(prefix) && !/\.\.|\.\/|\.lock\/$|^(?:refs|heads)\//.test(prefix),
  { error: 'write small letters, digits, ".", "_" and "-", and "/" or "-" at the end, for example underpin/ or deps-' },
)

/** What commits and titles begin with. */
export const commitPrefix = text('write a short text such as "chore(deps):"', 40).refine(
  (prefix) => prefix === prefix.trim() && !/^#|\[(?:skip|no)|skip\]/i.test(prefix),
  {
    error: 'write it without a space at its ends, without "#" in front, and without words in brackets that stop a pipeline',
  },
)

const label = text('write the name of a label', 50).refine((name) => name === name.trim() && !name.includes(','), {
  error: 'a label has no comma, and no space at its ends',
})

/** GitHub gives logins of 39 characters at most; those of enterprises may hold "_". */
const login = /^[A-Za-z0-9](?:[A-Za-z0-9_]|-(?=[A-Za-z0-9_])){0,38}$/

const assignee = text('write a login of GitHub', 40).regex(login, 'write a login as in the address of its page on GitHub, without "@", for example octocat')

const reviewer = text('write a login of GitHub, or a team as org/team', 140).refine(
  (name) => {
    const [owner = '', team, ...more] = name.split('/')
    return login.test(owner) && more.length === 0 && (team === undefined || /^[A-Za-z0-9_-]{1,100}$/.test(team))
  },
  { error: 'write a login or a team as in its address on GitHub, without "@", for example octocat or acme/platform' },
)

const platform = text('write a platform such as linux/amd64 or linux/arm/v7', 40).regex(
  /^[a-z0-9]+(?:\([0-9.]+\))?\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/,
  'write a platform such as linux/amd64 or linux/arm/v7',
)

const howFar = 'write digest, patch, minor, major, or a range in quotes such as ">=3.11 <4"'

/** How far an image may move: a word or a range. */
export const extent = text(howFar, 100).superRefine((written, context) => {
  if (parseExtent(written) !== null) return
  const range = parseRange(written)
  const message = /[0-9]/.test(written) && range.kind === 'invalid' ? range.problem : howFar
  context.addIssue({ code: 'custom', message })
})

/** Lists of names; GitHub takes fifteen reviewers and ten assignees. */
export const lists = {
  labels: listOf(label, 10, 'labels'),
  reviewers: listOf(reviewer, 15, 'reviewers'),
  assignees: listOf(assignee, 10, 'assignees'),
  platforms: listOf(platform, 20, 'platforms'),
  branches: listOf(branch, 10, 'branches'),
  globs: listOf(glob, 100, 'globs'),
  imageGlobs: listOf(imageGlob, 100, 'globs'),
}
