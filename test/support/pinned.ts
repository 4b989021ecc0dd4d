/** Organisations with one pinned repo each, and the questions that tests of faults ask about them. */
import type { StoredDecision } from '../../src/ports/decision-store.ts'
import type { FileChanges, PullRequest, SeenRequest } from '../stand-ins/github/index.ts'
import type { AppBed, Organisation } from './app-bed.ts'

export type Pinned = Organisation & {
  readonly web: string
  /** The digest that the repo is pinned to. */
  readonly first: string
  /** Requests made with a token of this organisation. */
  readonly isFrom: (request: SeenRequest) => boolean
  /** Pull requests of `web` that are open. */
  open(): readonly PullRequest[]
  /** The Dockerfile that the open pull request would bring, or null. */
  offered(): string | null
  /** What was decided about the image uses of `web`. */
  decisions(): Promise<readonly StoredDecision[]>
}

/** A new organisation with a repo `web` on a pinned image, at rest; `more` files beside its Dockerfile. */
export async function pinned(bed: AppBed, more: FileChanges = {}): Promise<Pinned> {
  const org = bed.organisation()
  const first = org.move('first')
  const web = org.repo('web', { Dockerfile: dockerfile(org, first), ...more })
  await bed.idle()
  const open = () => org.pulls(web).filter(({ state }) => state === 'open')
  return {
    ...org,
    web,
    first,
    isFrom: ({ caller }) => caller.kind === 'installation' && caller.token.installation.id === org.installationId,
    open,
    offered: () => {
      const [request] = open()
      return request === undefined ? null : (bed.github.files(web, request.headBranch)['Dockerfile'] ?? null)
    },
    decisions: async () => {
      const [owner = '', name = ''] = web.split('/')
      const repo = await bed.house.stores.repos.find(owner, name)
      const all = repo === null ? [] : await bed.house.stores.decisions.ofRepo(repo.id)
      return all.filter(({ subject }) => subject.kind === 'image-use')
    },
  }
}

/** Time passes and the loop comes to rest; what is due is woken at once, as a sweep would within a second. */
export async function pass(bed: AppBed, ms: number): Promise<void> {
  bed.clock.advance(ms)
  await bed.house.queue.wake(await bed.house.stores.dueWork.due(bed.clock.now(), 500))
  await bed.idle()
}

/** The Dockerfile of `web` with this digest in it. */
export function dockerfile({ image }: Pick<Organisation, 'image'>, digest: string): string {
  return `FROM ${image}:1@${digest}\nRUN make\n`
}
