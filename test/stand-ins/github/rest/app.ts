/** The app about itself: installations, tokens, deliveries, manifests, quotas. */
import { createAppFromManifest } from '../apps.ts'
import { notFound, Refusal } from '../refusal.ts'
import { repoShape } from '../shapes.ts'
import { appShape, installationShape } from '../shapes-app.ts'
import { needActor, needApp } from '../tokens.ts'
import { type Delivery } from '../webhooks.ts'
import type { Installation, Permissions } from '../world.ts'
import { type Call, type Endpoints, paged } from './call.ts'

const ofApp = (call: Call): Installation[] => {
  const app = needApp(call.caller)
  return [...call.world.installations.values()].filter((one) => one.app === app)
}
const one = (call: Call, matches: (installation: Installation) => boolean) => {
  const found = ofApp(call).find(matches)
  if (found === undefined) throw notFound()
  return found
}
const deliveryShape = (delivery: Delivery) => ({
  id: delivery.id,
  guid: delivery.guid,
  delivered_at: delivery.at.toISOString(),
  redelivery: delivery.isRedelivery,
  duration: 0.1,
  status: delivery.statusCode >= 200 && delivery.statusCode < 300 ? 'OK' : delivery.statusCode === 0 ? 'failed to connect to host' : 'Invalid HTTP Response',
  status_code: delivery.statusCode,
  event: delivery.event,
  action: delivery.action,
  installation_id: delivery.installationId,
  repository_id: delivery.repoId,
})

/** By operation id. */
export const appEndpoints: Endpoints = {
  'apps/get-authenticated': { run: (call) => ({ status: 200, body: appShape(call.world, needApp(call.caller)) }) },
  'apps/create-from-manifest': {
    run: (call) => {
      const code = call.params.code ?? ''
      const found = call.manifests.get(code)
      if (found === undefined) throw notFound()
      call.manifests.delete(code)
      const { state, secret } = createAppFromManifest(call.world, found.manifest, found.owner)
      return { status: 201, body: { ...appShape(call.world, state), client_secret: state.clientSecret, webhook_secret: secret, pem: state.privateKey } }
    },
  },
  'apps/list-installations': {
    run: (call) => {
      const { items, headers } = paged(call, ofApp(call))
      return { status: 200, headers, body: items.map((item) => installationShape(call.world, item)) }
    },
  },
  'apps/get-installation': {
    run: (call) => ({
      status: 200,
      body: installationShape(
        call.world,
        one(call, ({ id }) => String(id) === call.params.installation_id),
      ),
    }),
  },
  'apps/get-org-installation': {
    run: (call) => ({
      status: 200,
      body: installationShape(
        call.world,
        one(call, ({ account }) => account.login === call.params.org),
      ),
    }),
  },
  'apps/get-user-installation': {
    run: (call) => ({
      status: 200,
      body: installationShape(
        call.world,
        one(call, ({ account }) => account.login === call.params.username),
      ),
    }),
  },
  'apps/get-repo-installation': {
    run: (call) => {
      const repo = call.world.repoNamed(call.params.owner ?? '', call.params.repo ?? '')
      return {
        status: 200,
        body: installationShape(
          call.world,
          one(call, ({ repoIds }) => repo !== null && repoIds.has(repo.id)),
        ),
      }
    },
  },
  'apps/create-installation-access-token': {
    run: (call) => {
      const installation = one(call, ({ id }) => String(id) === call.params.installation_id)
      const token = call.tokens.issue(installation, call.body as { repositories?: string[]; repository_ids?: number[]; permissions?: Permissions })
      const repositories =
        token.repoIds === null
          ? {}
          : { repositories: [...token.repoIds].flatMap((id) => call.world.repos.get(id) ?? []).map((repo) => repoShape(call.world, repo)) }
      return {
        status: 201,
        body: {
          token: token.secret,
          expires_at: token.expiresAt.toISOString().replace('.000Z', 'Z'),
          permissions: token.permissions,
          repository_selection: token.repoIds === null ? installation.selection : 'selected',
          ...repositories,
        },
      }
    },
  },
  'apps/revoke-installation-access-token': {
    run: (call) => {
      needActor(call.caller)
      if (call.caller.kind === 'installation') call.tokens.revoke(call.caller.token.secret)
      return { status: 204 }
    },
  },
  'apps/list-repos-accessible-to-installation': {
    run: (call) => {
      const actor = needActor(call.caller)
      const repos = [...call.world.repos.values()].filter((repo) => actor.repoIds === 'all' || actor.repoIds.has(repo.id))
      const { items, headers } = paged(call, repos)
      return {
        status: 200,
        headers,
        body: {
          total_count: repos.length,
          repository_selection: actor.installation?.selection,
          repositories: items.map((repo) => repoShape(call.world, repo)),
        },
      }
    },
  },
  'apps/list-webhook-deliveries': {
    run: (call) => {
      const all = call.webhooks.logged(needApp(call.caller))
      const cursor = call.query.get('cursor')
      const start = cursor === null ? 0 : all.findIndex(({ id }) => String(id) === cursor.replace('v1_', ''))
      if (start < 0) throw new Refusal('bad-request', 'Invalid cursor')
      const size = Number(call.query.get('per_page') ?? 30)
      const next = all[start + size]
      const headers: Record<string, string> =
        next === undefined ? {} : { link: `<${call.world.url}/api/v3/app/hook/deliveries?per_page=${size}&cursor=v1_${next.id}>; rel="next"` }
      return { status: 200, headers, body: all.slice(start, start + size).map(deliveryShape) }
    },
  },
  'apps/get-webhook-delivery': {
    run: (call) => {
      const delivery = call.webhooks.logged(needApp(call.caller)).find(({ id }) => String(id) === call.params.delivery_id)
      if (delivery === undefined) throw new Refusal('unprocessable', 'Delivery not found')
      return {
        status: 200,
        body: {
          ...deliveryShape(delivery),
          url: delivery.app.hook?.url,
          request: { headers: {}, payload: JSON.parse(delivery.body) as unknown },
          response: { headers: {}, payload: null },
        },
      }
    },
  },
  'apps/redeliver-webhook-delivery': {
    run: (call) => {
      if (!call.webhooks.redeliver(needApp(call.caller), Number(call.params.delivery_id))) throw new Refusal('unprocessable', 'Delivery not found')
      return { status: 202, body: {} }
    },
  },
  'apps/get-webhook-config-for-app': {
    run: (call) => ({ status: 200, body: { content_type: 'json', insecure_ssl: '0', secret: '********', url: needApp(call.caller).hook?.url ?? '' } }),
  },
  'rate-limit/get': {
    run: (call) => {
      const rest = call.limits.quota(call.key, 'rest')
      return {
        status: 200,
        body: {
          rate: rest,
          resources: { core: rest, graphql: call.limits.quota(call.key, 'graphql'), search: { limit: 30, used: 0, remaining: 30, reset: rest.reset } },
        },
      }
    },
  },
}
