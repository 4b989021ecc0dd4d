/** The fields of webhook bodies that the handlers use (https://docs.github.com/webhooks/webhook-events-and-payloads). */
import * as z from 'zod'

const id = z.number().int().positive()

export const installationEvent = z.object({ installation: z.object({ id }) })
export const repositoryEvent = z.object({ installation: z.object({ id }).optional(), repository: z.object({ id }) })
const changedFiles = z.array(z.string()).default([])
export const pushEvent = z.object({
  ref: z.string(),
  forced: z.boolean().default(false),
  installation: z.object({ id }).optional(),
  repository: z.object({ id, default_branch: z.string() }),
  commits: z.array(z.object({ added: changedFiles, removed: changedFiles, modified: changedFiles })).default([]),
})
export const pullRequestEvent = z.object({ action: z.string(), repository: z.object({ id }), pull_request: z.object({ number: id }) })
export const workflowRunEvent = z.object({ repository: z.object({ id }), workflow_run: z.object({ id }) })
