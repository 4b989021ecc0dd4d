/** Webhooks: signed bodies, delivered once, logged for three days, sent again only when asked. */
import { createHmac, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import type { Journal } from './journal.ts'
import type { Json, OpenApi } from './openapi.ts'
import type { PullRequest, Run } from './repos.ts'
import { commentShape, issueShape, pullShape, repoShape, userShape } from './shapes.ts'
import { installationShape, runShape, workflowShape } from './shapes-app.ts'
import type { AppState, Happening, Installation, World } from './world.ts'

export type Delivery = {
  readonly id: number
  readonly guid: string
  readonly app: AppState
  readonly event: string
  readonly action: string | null
  readonly installationId: number | null
  readonly repoId: number | null
  readonly body: string
  readonly isRedelivery: boolean
  readonly at: Date
  statusCode: number
}

const daysMs = 86_400_000
const always = new Set(['installation', 'installation_repositories', 'ping', 'installation_target', 'github_app_authorization'])

/** Builds the bodies and sends them. Deliveries run one after another, in the order things happened, until told otherwise. */
export class Webhooks {
  /** Test knobs: events dropped (never sent, nor logged), sent this many times, or held back until `release`. */
  readonly knobs = { drop: (_event: string, _body: Json) => false, copies: (_event: string, _body: Json) => 1, isHeld: false }
  readonly deliveries: Delivery[] = []
  readonly #world: World
  readonly #shapes: OpenApi
  readonly #journal: Journal
  #held: Delivery[] = []
  #tail: Promise<void> = Promise.resolve()
  #unanswered = 0

  constructor(world: World, shapes: OpenApi, journal: Journal) {
    this.#world = world
    this.#shapes = shapes
    this.#journal = journal
    world.listeners.push((happening) => this.#hear(happening))
  }
  /** Sends `ping`, as GitHub does when a hook is set. */
  ping(app: AppState): void {
    this.#queue(app, 'ping', null, null, null, {
      zen: 'Keep it logically awesome.',
      hook_id: app.id,
      hook: {
        type: 'App',
        id: app.id,
        name: 'web',
        active: true,
        events: app.events,
        app_id: app.id,
        config: { content_type: 'json', insecure_ssl: '0', secret: '********', url: app.hook?.url ?? '' },
        updated_at: this.#world.now().toISOString(),
        created_at: this.#world.now().toISOString(),
        deliveries_url: `${this.#world.url}/api/v3/app/hook/deliveries`,
      },
    })
  }
  /** Sends a body of the test's own making, with a good signature. */
  send(app: AppState, event: string, body: Json, guid: string = randomUUID()): void {
    const action = typeof body.action === 'string' ? body.action : null
    this.#push(this.#delivery(app, event, action, null, null, JSON.stringify(body), guid, false))
  }
  /** Sends what was held back, in the order that `order` gives. */
  release(order: (held: readonly Delivery[]) => readonly Delivery[] = (held) => held): void {
    const held = this.#held
    this.#held = []
    this.knobs.isHeld = false
    for (const delivery of order(held)) this.#post(delivery)
  }
  /** The deliveries that GitHub would still show, newest first. */
  logged(app: AppState): Delivery[] {
    const since = this.#world.now().getTime() - 3 * daysMs
    return this.deliveries.filter((one) => one.app === app && one.at.getTime() > since).reverse()
  }
  /** Sends a logged delivery again, with the same GUID. Gives false when it is not in the log (any more). */
  redeliver(app: AppState, id: number): boolean {
    const old = this.logged(app).find((one) => one.id === id)
    if (old === undefined) return false
    this.#post(this.#delivery(app, old.event, old.action, old.installationId, old.repoId, old.body, old.guid, true))
    return true
  }
  /** Resolves when every delivery sent so far, and those they caused, has been answered. */
  async settled(): Promise<void> {
    while (this.#unanswered > 0) await this.#tail
  }

  #hear(happening: Happening): void {
    const told = happening.installation === null ? [...this.#world.installations.values()] : [happening.installation]
    for (const installation of told) {
      const { app } = installation
      if (happening.repo !== null && !installation.repoIds.has(happening.repo.id)) continue
      if (installation.suspendedAt !== null && happening.installation === null) continue
      if (!always.has(happening.event) && !app.events.includes(happening.event)) continue
      this.#queue(app, happening.event, happening.action, installation, happening, this.#body(happening, installation))
    }
  }
  #body(happening: Happening, installation: Installation): Json {
    const world = this.#world
    const { repo } = happening
    const details: Json = { ...happening.details }
    if (details.pullRequest !== undefined) {
      details.pull_request = this.#shapes.shaped('pull-request', pullShape(world, details.pullRequest as PullRequest, false))
      Object.assign(details.pull_request as Json, {
        merged: (details.pullRequest as PullRequest).mergedAt !== null,
        mergeable: null,
        mergeable_state: 'unknown',
      })
      const by = (details.pullRequest as PullRequest).mergedBy
      Object.assign(details.pull_request as Json, { merged_by: by === null ? null : this.#shapes.shaped('simple-user', userShape(world, by)) })
      delete details.pullRequest
    }
    if (details.run !== undefined && repo !== null) {
      const run = details.run as Run
      details.workflow_run = this.#shapes.shaped('workflow-run', runShape(world, repo, run))
      details.workflow = this.#shapes.shaped('workflow', workflowShape(world, repo, run.workflowPath))
      delete details.run
    }
    if (details.thread !== undefined) {
      const thread = details.thread as PullRequest
      details.issue = this.#shapes.shaped('issue', issueShape(world, thread))
      if (details.comment !== undefined)
        details.comment = this.#shapes.shaped('issue-comment', commentShape(world, thread, details.comment as PullRequest['comments'][number]))
      delete details.thread
    }
    const isWhole = happening.event === 'installation'
    return {
      ...(happening.action === null ? {} : { action: happening.action }),
      ...details,
      ...(repo === null ? {} : { repository: this.#repository(happening) }),
      ...(repo?.owner.type === 'Organization'
        ? {
            organization: {
              login: repo.owner.login,
              id: repo.owner.id,
              node_id: repo.owner.nodeId,
              url: world.url,
              repos_url: world.url,
              events_url: world.url,
              hooks_url: world.url,
              issues_url: world.url,
              members_url: world.url,
              public_members_url: world.url,
              avatar_url: world.url,
              description: null,
            },
          }
        : {}),
      sender: this.#shapes.shaped('simple-user', userShape(world, happening.sender)),
      installation:
        isWhole || happening.event === 'installation_repositories'
          ? this.#shapes.shaped('installation', installationShape(world, installation))
          : { id: installation.id, node_id: installation.nodeId },
    }
  }
  #repository(happening: Happening): Json {
    const repo = happening.repo
    if (repo === null) return {}
    const shape = this.#shapes.shaped('repository', repoShape(this.#world, repo))
    if (happening.event !== 'push') return shape
    const seconds = (date: Date) => Math.floor(date.getTime() / 1000)
    return { ...shape, created_at: seconds(repo.createdAt), pushed_at: seconds(repo.pushedAt), master_branch: repo.defaultBranch, stargazers: 0 }
  }
  #queue(app: AppState, event: string, action: string | null, installation: Installation | null, happening: Happening | null, body: Json): void {
    if (this.knobs.drop(event, body)) return
    const guid = randomUUID()
    for (let copy = this.knobs.copies(event, body); copy > 0; copy -= 1) {
      this.#push(this.#delivery(app, event, action, installation?.id ?? null, happening?.repo?.id ?? null, JSON.stringify(body), guid, false))
    }
  }
  #delivery(
    app: AppState,
    event: string,
    action: string | null,
    installationId: number | null,
    repoId: number | null,
    body: string,
    guid: string,
    isRedelivery: boolean,
  ): Delivery {
    return { id: this.#world.nextId(), guid, app, event, action, installationId, repoId, body, isRedelivery, at: this.#world.now(), statusCode: 0 }
  }
  #push(delivery: Delivery): void {
    if (this.knobs.isHeld) this.#held.push(delivery)
    else this.#post(delivery)
  }
  #post(delivery: Delivery): void {
    const hook = delivery.app.hook
    if (hook === null) return
    this.deliveries.push(delivery)
    this.#unanswered += 1
    this.#tail = this.#tail.then(async () => {
      delivery.statusCode = await post(hook, delivery)
      this.#journal.webhook(delivery)
      this.#unanswered -= 1
    })
  }
}

async function post(hook: { readonly url: string; readonly secret: string }, delivery: Delivery): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/stand-in',
    'x-github-delivery': delivery.guid,
    'x-github-event': delivery.event,
    'x-github-hook-id': String(delivery.app.id),
    'x-github-hook-installation-target-id': String(delivery.app.id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${createHmac('sha1', hook.secret).update(delivery.body).digest('hex')}`,
    'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(delivery.body).digest('hex')}`,
    'content-length': Buffer.byteLength(delivery.body),
  }
  return new Promise((resolve) => {
    const sent = request(hook.url, { method: 'POST', headers, agent: false, timeout: 10_000 }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
      answer.on('error', () => resolve(0))
    })
    sent.on('timeout', () => sent.destroy(new Error('timed out')))
    sent.on('error', () => resolve(0))
    sent.end(delivery.body)
  })
}
