/** Questions that tests ask about the repos of a running loop. */
import { work } from '../../src/domain/due-work.ts'
import type { Repo } from '../../src/domain/repo/repo.ts'
import type { Discovery } from '../../src/ports/repo-store.ts'
import type { AppBed } from './app-bed.ts'
import { pass } from './pinned.ts'

/** The repo `owner/name`. Throws where it is not remembered. */
export async function remembered({ house }: AppBed, name: string): Promise<Repo> {
  const [owner = '', repo = ''] = name.split('/')
  const found = await house.stores.repos.find(owner, repo)
  if (found === null) throw new Error(`${name} is not remembered`)
  return found
}

/** What the last look into the repo found. Throws where nobody looked. */
export async function lookOf(bed: AppBed, name: string): Promise<Discovery> {
  const found = await bed.house.stores.repos.discovery((await remembered(bed, name)).id)
  if (found === null) throw new Error(`nobody looked into ${name}`)
  return found
}

/** Compares an installation with GitHub now, as the schedule does every ten minutes. */
export async function compareNow(bed: AppBed, installationId: number): Promise<void> {
  await bed.house.stores.dueWork.schedule([work('installation', installationId, bed.clock.now())])
  await pass(bed, 0)
}
