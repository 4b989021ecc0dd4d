/** The fields of webhook bodies that the handlers use (https://docs.github.com/webhooks/webhook-events-and-payloads). */
import * as z from 'zod'

const id = z.number().int().positive()

/** `installation` and `installation_repositories`. */
export const installationEvent = z.object({ installation: z.object({ id }) })
/** `repository`. Organisation webhooks name no installation. */
export const repositoryEvent = z.object({ installation: z.object({ id }).optional(), repository: z.object({ id }) })
const changedFiles = z.array(z.string()).default([])
/** `push`: GitHub lists the files that each commit touched. */
export const pushEvent = z.object({
  ref: z.string(),
  forced: z.boolean().default(false),
  installation: z.object({ id }).optional(),
  repository: z.object({ id, default_branch: z.string() }),
  commits: z.array(z.object({ added: changedFiles, removed: changedFiles, modified: changedFiles })).default([]),
})
/** `pull_request`. */
export const pullRequestEvent = z.object({ action: z.string(), repository: z.object({ id }), pull_request: z.object({ number: id }) })
/** `workflow_run`. */
export const workflowRunEvent = z.object({ repository: z.object({ id }), workflow_run: z.object({ id }) })
