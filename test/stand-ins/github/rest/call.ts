/** One REST request as its handler sees it. */
import type { Manifests } from '../apps.ts'
import type { Json } from '../openapi.ts'
import { notAccessible, notFound, Refusal } from '../refusal.ts'
import type { Repo } from '../repos.ts'
import { type Caller, needActor, type Tokens } from '../tokens.ts'
import { type Actor, allows, type Level, sees, type World } from '../world.ts'
import type { Webhooks } from '../webhooks.ts'
import type { Limits } from '../limits.ts'

export type Call = {
  readonly world: World
  readonly tokens: Tokens
  readonly webhooks: Webhooks
  readonly limits: Limits
  readonly manifests: Manifests
  /** Whose limits these are. */
  readonly key: string
  readonly caller: Caller
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Json
  readonly path: string
}
export type RestAnswer = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
/** `writes`: content writes it counts as. */
export type Endpoint = { readonly writes?: number; readonly run: (call: Call) => RestAnswer }
export type Endpoints = Readonly<Record<string, Endpoint>>

/** The repo in the path and who acts on it. Raises `Refusal`: 404 what the token cannot see, 403 what it may not do. */
export function onRepo(call: Call, permission: string, level: Level): { readonly actor: Actor; readonly repo: Repo } {
  const actor = needActor(call.caller)
  const repo = call.world.repoNamed(call.params.owner ?? '', call.params.repo ?? '')
  if (repo === null || !sees(actor, repo)) throw notFound()
  if (permission !== 'metadata' && !permission.split('|').some((one) => allows(actor, one, level))) throw notAccessible()
  if (level === 'write' && repo.isArchived) throw new Refusal('forbidden', 'Repository was archived so is read-only.')
  return { actor, repo }
}

/** A page of a list by `per_page` (30) and `page`, with GitHub's `link` header. */
export function paged<T>(call: Call, all: readonly T[]): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const size = Number(call.query.get('per_page') ?? 30)
  const page = Number(call.query.get('page') ?? 1)
  const last = Math.max(1, Math.ceil(all.length / size))
  const to = (number: number) => {
    const query = new URLSearchParams(call.query)
    query.set('page', String(number))
    return `<${call.world.url}/api/v3${call.path}?${query.toString()}>`
  }
  const links = [
    ...(page > 1 ? [`${to(page - 1)}; rel="prev"`, `${to(1)}; rel="first"`] : []),
    ...(page < last ? [`${to(page + 1)}; rel="next"`, `${to(last)}; rel="last"`] : []),
  ]
  return { items: all.slice((page - 1) * size, page * size), headers: links.length > 0 ? { link: links.join(', ') } : {} }
}

/** An optional text of the body. */
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
