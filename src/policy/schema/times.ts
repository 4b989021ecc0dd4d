/** Times in the policy file: when pull requests may be opened, and when images are built again. */
import { z } from 'zod'
import { isTimezone, patternProblem, scheduleWords, windowMsOf } from '../schedule.ts'
import { branch } from './names.ts'
import { flag, isWritten, text } from './pieces.ts'

/** A word of `words` or a cron pattern. */
const timesOf = (words: readonly string[], purpose: string) => {
  const known = [...Object.keys(scheduleWords), ...words].join(', ')
  return z
    .string({ error: `write ${known}, or a cron pattern in quotes` })
    .superRefine((written, context) => {
      if (words.includes(written) || Object.hasOwn(scheduleWords, written)) return
      const message = patternProblem(written, known)
      if (message !== null) context.addIssue({ code: 'custom', message })
    })
    .meta({ description: purpose, examples: [...Object.keys(scheduleWords), ...words] })
}

const cronWords = 'a five-field cron pattern; a minute of H is one that Underpin picks for the repo'

/** Words for a schedule of pull requests beside those of `scheduleWords`. */
export const openingWords = ['always'] as const
/** Words for a schedule of rebuilds beside those of `scheduleWords`. */
export const rebuildWords = ['on-fix', 'never'] as const

const opening = timesOf(openingWords, `daily, weekly, monthly, always, or ${cronWords}`)
const rebuildTimes = timesOf(rebuildWords, `daily, weekly, monthly, on-fix (only when the distribution has a fix that the base lacks), never, or ${cronWords}`)

const timezone = z
  .string({ error: 'write an IANA timezone such as Europe/Berlin' })
  .refine(isTimezone, { error: 'this is no IANA timezone; write one such as UTC, Europe/Berlin or America/New_York' })
  .meta({ description: 'IANA timezone of the schedule', default: 'UTC' })

const howLong = 'write how long, from 15m to 7d, for example 90m, 4h or 2d'

const window = text(howLong, 10)
  .refine((written) => windowMsOf(written) !== null, { error: howLong })
  .meta({ description: 'for how long pull requests may be opened from then on', default: '4h' })

/** When pull requests may be opened: a word, a pattern, or with a window and a timezone. */
export const schedule = z
  .union([
    opening,
    z.strictObject(
      { at: opening, window: window.optional(), timezone: timezone.optional() },
      { error: 'write daily, weekly, monthly, always, a cron pattern in quotes, or "at:" with "window:" and "timezone:" below schedule' },
    ),
  ])
  .meta({ description: 'when pull requests may be opened; always when absent, and what fixes vulnerabilities does not wait' })

const inputName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'an input is named with letters, digits, "-" and "_"')
const inputValue = z.union([text('write a text, a number, true or false', 1_000), z.number(), z.boolean()], { error: 'write a text, a number, true or false' })

const rebuildFields = z
  .strictObject(
    {
      schedule: rebuildTimes.optional(),
      timezone: timezone.optional(),
      onBaseMove: flag('ask for a rebuild when a tag that the build follows without a digest moves', true).optional(),
      onFix: flag('ask for a rebuild when the distribution has a fix that the base lacks and the Dockerfile would pick up', false).optional(),
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
    when: isWritten,
  })

/** When the images of the repo are built again although nobody commits. */
export const rebuild = z
  .union([rebuildTimes, rebuildFields])
  .meta({ description: 'when the images of the repo are built again although nobody commits; never when absent' })
