/** The policy file's shape: what `.github/underpin.yml` may say. */
import { z } from 'zod'
import { branch, branchPrefix, commitPrefix, extent, glob, imageGlob, lists } from './schema/names.ts'
import { flag, isWritten, listOf, wholeNumber } from './schema/pieces.ts'
import { rebuild, schedule } from './schema/times.ts'

/** What may be said for the whole repo and in a rule. */
const useSettings = {
  follow: extent.optional().meta({
    description: 'how far an image may move: digest, patch, minor, major, or a range such as ">=3.11 <4"',
    default: 'digest',
    examples: ['digest', 'patch', 'minor', 'major'],
  }),
  mayChangeRelease: flag("let such a move change the distribution's release in the tag (bookworm to trixie)", false).optional(),
  pinFloatingTags: flag('give "name:tag" a digest', false).optional(),
  pinOverArguments: flag('do so even where an ARG supplies the tag, which switches --build-arg off for it', false).optional(),
  platforms: lists.platforms.optional().describe('the platforms that are built; every platform of an image counts when absent'),
  schedule: schedule.optional(),
  labels: lists.labels.optional().describe('labels of the pull requests'),
  reviewers: lists.reviewers.optional().describe('who is asked to review: logins, and teams as org/team'),
  assignees: lists.assignees.optional().describe('logins of those whom the pull requests are assigned to'),
}

const mostGlobs = 20
const mostRules = 50

const ruleOf = (one: typeof glob, what: string) =>
  z.strictObject(
    {
      match: z
        .union([one, listOf(one, mostGlobs, 'globs').min(1, 'name at least one glob')], { error: 'write a glob in quotes, or a list of globs' })
        .describe(what),
      enabled: flag('false leaves them alone', true).optional(),
      ...useSettings,
    },
    { error: 'write "match:" with a glob and, below it, what holds there' },
  )

const pathGlobs = 'globs over paths from the root of the repo; a folder covers what is below it'
const imageGlobs = 'globs over image names: "python", "bitnami/*", "ghcr.io/acme/**"'

/** https://docs.github.com/en/organizations: an organisation's own defaults stand in its repository `.github`. */
const extended = z
  .string({ error: 'write .github, the repository of your organisation that holds the policy of all' })
  .superRefine((written, context) => {
    if (/^(?:[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/)?\.github$/.test(written)) return
    const isAddress = /:\/\/|^[a-z]+:|^\/|^www\.|@/i.test(written)
    const message = isAddress
      ? 'a policy is read from no address; write .github, the repository of your organisation'
      : 'only the repository .github of the same owner can be extended; write .github'
    context.addIssue({ code: 'custom', message })
  })
  .describe('.github, or OWNER/.github: what this file of that repository of the same owner says stands in place of the defaults')

/** What a policy file says, as written; `policy-file.ts` turns it into a `Policy`. */
export const policyFileSchema = z
  .strictObject(
    {
      extends: extended.optional(),
      enabled: flag('false switches Underpin off in this repo', true).optional(),
      ignore: z
        .strictObject(
          { paths: lists.globs.optional().describe(pathGlobs), images: lists.imageGlobs.optional().describe(imageGlobs) },
          { error: 'write "paths:" and "images:" below ignore, each with a list' },
        )
        .optional()
        .describe('what is left alone, whatever else the file says'),
      ...useSettings,
      images: listOf(ruleOf(imageGlob, imageGlobs), mostRules, 'rules').optional().describe('what holds for some images; the first rule that matches counts'),
      paths: listOf(ruleOf(glob, pathGlobs), mostRules, 'rules')
        .optional()
        .describe('what holds in some files, also against a rule for images; the first rule that matches counts'),
      baseBranch: branch.optional().describe('the branch that pull requests go to; the default branch when absent'),
      baseBranches: lists.branches.optional().describe('the same for several branches'),
      branchPrefix: branchPrefix.optional().meta({ description: 'what the names of our branches begin with', default: 'underpin/' }),
      commitPrefix: commitPrefix.optional().describe('what commits and titles of pull requests begin with, for example "chore(deps):"'),
      limits: z
        .strictObject(
          {
            openPullRequests: wholeNumber(0, 50, 'pull requests of ours open at once', 5).optional(),
            pullRequestsPerHour: wholeNumber(1, 50, 'pull requests opened in an hour', 2).optional(),
          },
          { error: 'write "openPullRequests:" or "pullRequestsPerHour:" below limits' },
        )
        .optional(),
      includeForks: flag('take part although the repo is a fork', false).optional(),
      rebuild: rebuild.optional(),
    },
    { error: 'write "name: value" lines; docs/policy.md shows each of them' },
  )
  .refine(({ baseBranch, baseBranches }) => baseBranch === undefined || baseBranches === undefined, {
    error: 'write baseBranch or baseBranches, not both',
    path: ['baseBranch'],
    when: isWritten,
  })

/** A policy file that passed the schema. */
export type PolicyFile = z.infer<typeof policyFileSchema>

/** The JSON Schema (draft 2020-12) of the policy file, for editors. `config/policy.schema.json` is its print; a test keeps them equal. */
export function policyJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(policyFileSchema, { io: 'input' }), title: 'Underpin policy file (.github/underpin.yml)' }
}
