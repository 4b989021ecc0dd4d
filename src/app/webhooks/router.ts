/** The webhook router: Probot picks the handler by event; the handlers only say what has to be looked at. */
import { Probot, ProbotOctokit } from 'probot'
import { isFault } from '../../domain/fault.ts'
import type { InboxDelivery } from '../../ports/inbox-store.ts'
import { type HandlerPorts, onInstallation, onPullRequest, onPush, onRepository, onWorkflowRun } from './handlers.ts'

export type Webhooks = {
  /** Runs the handlers of one delivery. A body that is not JSON is dropped with a warning: redelivering it would not mend it. */
  receive(delivery: InboxDelivery): Promise<void>
}

/** Probot never authenticates here: its clients ignore `baseUrl` when they do, so that handlers get ports and no octokit. */
export async function createWebhooks(
  ports: HandlerPorts,
  { appId, privateKey, secret }: { appId: string; privateKey: string; secret: string },
): Promise<Webhooks> {
  const Octokit = ProbotOctokit.defaults({ retry: { enabled: false }, throttle: { enabled: false } })
  const probot = new Probot({ appId, privateKey, secret, Octokit, log: ports.log.child({}, { level: 'silent' }) })
  await probot.ready()
  probot.on(['installation', 'installation_repositories'], ({ payload }) => onInstallation(ports, payload))
  probot.on('push', ({ payload }) => onPush(ports, payload))
  probot.on('repository', ({ payload }) => onRepository(ports, payload))
  probot.on('pull_request', ({ payload }) => onPullRequest(ports, payload))
  probot.on('workflow_run', ({ payload }) => onWorkflowRun(ports, payload))
  return {
    receive: async ({ guid, event, body }) => {
      const payload = parseBody(body)
      if (payload === null) {
        ports.log.warn({ guid, event }, 'webhook body is not JSON')
        return
      }
      // The name is GitHub's header and may be one that Probot does not know: no handler then runs.
      await probot.receive({ id: guid, name: event, payload } as Parameters<typeof probot.receive>[0]).catch((error: unknown) => {
        // Probot gathers what handlers throw; a fault of the database has to be seen as one.
        throw error instanceof AggregateError && error.errors.length > 0 && error.errors.every(isFault) ? error.errors[0] : error
      })
    },
  }
}

function parseBody(body: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'))
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
