/** The policy file's shape: what `.github/underpin.yml` may say. Each message tells its author what to do. */
import { z } from 'zod'
import { isTimezone, patternProblem, scheduleWords } from './schedule.ts'

const text = (what: string, longest: number) =>
  z
    .string({ error: what })
    .min(1, what)
    .max(longest, `${what} (at most ${longest} characters)`)
    .refine((written) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(written), { error: `${what} (without control or invisible characters)` })

const flag = (purpose: string) => z.boolean({ error: 'write true or false' }).describe(purpose)

const wholeNumber = (least: number, most: number, purpose: string) => {
  const error = `write a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, error).max(most, error).describe(purpose)
}

const listOf = <Item extends z.ZodType>(item: Item, most: number, what: string) =>
  z.array(item, { error: `write a list of ${what}` }).max(most, `name at most ${most} ${what}`)

const glob = text('write a glob in quotes: * for anything within one folder, ** for any folders, ? for one character', 500)

const imageGlob = glob.refine((pattern) => !/@|:[^/]*$/.test(pattern), {
  error: 'write an image name without tag or digest, for example "python" or "ghcr.io/acme/**"',
})

/** https://git-scm.com/docs/git-check-ref-format, the part that matters for a name we ask GitHub about. */
const branch = text('write the name of a branch', 250).refine(
  (name) => !/[\s~^:?*[\\]|\.\.|\/\/|@\{|^[-/]|[/.]$|\.lock$/.test(name) && !name.startsWith('refs/'),
  { error: 'this is not the name of a branch; write it as in the branch list on GitHub, for example main' },
)

const label = text('write the name of a label', 50).refine((name) => name === name.trim() && !name.includes(','), {
  error: 'a label has no comma, and no space at its ends',
})

const platform = text('write a platform such as linux/amd64 or linux/arm/v7', 40).regex(
  /^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/,
  'write a platform such as linux/amd64 or linux/arm/v7',
)

const schedule = z
  .string({ error: 'write daily, weekly, monthly, on-fix, never, or a cron pattern in quotes' })
  .superRefine((written, context) => {
    if (written === 'never' || written === 'on-fix' || Object.hasOwn(scheduleWords, written)) return
    const message = patternProblem(written)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
  .describe(
    'daily, weekly, monthly, on-fix (only when the distribution has a fix that the base lacks), never, or a five-field cron pattern; a minute of H is one that Underpin picks for the repo',
  )

const timezone = z
  .string({ error: 'write an IANA timezone such as Europe/Berlin' })
  .refine(isTimezone, { error: 'this is no IANA timezone; write one such as UTC, Europe/Berlin or America/New_York' })

const inputName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'an input is named with letters, digits, "-" and "_"')
const inputValue = z.union([text('write a text, a number, true or false', 1_000), z.number(), z.boolean()], { error: 'write a text, a number, true or false' })

const rebuildObject = z
  .strictObject(
    {
      schedule: schedule.optional(),
      timezone: timezone.optional().describe('IANA timezone of the schedule, UTC when absent'),
      onBaseMove: flag('ask for a rebuild when a tag that the build follows without a digest moves; true when absent').optional(),
      onFix: flag('ask for a rebuild when the distribution has a fix that the base lacks and the Dockerfile would pick up; false when absent').optional(),
      workflow: text('write the file name of a workflow, for example build.yml', 100)
        .regex(/^[A-Za-z0-9._-]+\.ya?ml$/, 'write only the file name of a workflow in .github/workflows, for example build.yml')
        .optional()
        .describe('the workflow to start by workflow_dispatch; without it, a repository_dispatch of type underpin-rebuild is sent'),
      ref: branch.optional().describe('the branch or tag that is built; the base branch when absent'),
      inputs: z
        .record(inputName, inputValue, { error: 'write inputs as "name: value" pairs' })
        .refine((inputs) => Object.keys(inputs).length <= 10, { error: 'give at most 10 inputs' })
        .optional()
        .describe('inputs of the workflow, by the names that it declares'),
    },
    { error: 'write daily, weekly, monthly, on-fix, never, a cron pattern in quotes, or the fields of a rebuild' },
  )
  .refine((rebuild) => rebuild.inputs === undefined || rebuild.workflow !== undefined, {
    error: 'inputs are given to a workflow; name it in "workflow"',
    path: ['inputs'],
  })

/** What a policy file says, as written; `policy-file.ts` turns it into a `Policy`. */
export const policyFileSchema = z.strictObject(
  {
    enabled: flag('false switches Underpin off in this repo').optional(),
    ignore: z
      .strictObject(
        {
          paths: listOf(glob, 100, 'globs').optional().describe('globs over paths from the root of the repo; a folder covers what is below it'),
          images: listOf(imageGlob, 100, 'globs').optional().describe('globs over image names: "python", "bitnami/*", "ghcr.io/acme/**"'),
        },
        { error: 'write "paths:" and "images:" below ignore, each with a list' },
      )
      .optional(),
    platforms: listOf(platform, 20, 'platforms').optional().describe('the platforms that this repo builds; every platform of an image counts when absent'),
    pinFloatingTags: flag('give "name:tag" a digest').optional(),
    pinOverArguments: flag('do so even where an ARG supplies the tag, which switches --build-arg off for it').optional(),
    labels: listOf(label, 10, 'labels').optional().describe('labels of the pull requests'),
    baseBranch: branch.optional().describe('the branch that pull requests go to; the default branch when absent'),
    limits: z
      .strictObject(
        {
          openPullRequests: wholeNumber(0, 50, 'pull requests of ours open at once').optional(),
          pullRequestsPerHour: wholeNumber(1, 50, 'pull requests opened in an hour').optional(),
        },
        { error: 'write "openPullRequests:" or "pullRequestsPerHour:" below limits' },
      )
      .optional(),
    includeForks: flag('take part although the repo is a fork').optional(),
    rebuild: z.union([schedule, rebuildObject]).optional().describe('when the images of the repo are built again although nobody commits'),
  },
  { error: 'write "name: value" lines; docs/policy.md shows each of them' },
)

/** A policy file that passed the schema. */
export type PolicyFile = z.infer<typeof policyFileSchema>

/** The JSON Schema (draft 2020-12) of the policy file, for editors. `config/policy.schema.json` is its print; a test keeps them equal. */
export function policyJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(policyFileSchema, { io: 'input' }), title: 'Underpin policy file (.github/underpin.yml)' }
}
