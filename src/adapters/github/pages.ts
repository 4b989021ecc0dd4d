/** Lists of REST, page by page. The next page is our own counting: links in answers are not followed, they could lead anywhere. */
import type { Call, Client, Purpose } from './client.ts'
import { check } from './transport.ts'

const perPage = 100

type Form<T> = Parameters<typeof check<readonly T[]>>[1]

/** All items, at most `most` (100 a request). Faults of the client. */
export async function readPages<T>(client: Client, installationId: number, purpose: Purpose, call: Call, form: Form<T>, most: number): Promise<readonly T[]> {
  return await countPages(most, async (page) => {
    const { data } = await client.read(installationId, purpose, { route: call.route, parameters: { ...call.parameters, per_page: perPage, page } })
    return check(client.attempt(purpose), form, data)
  })
}

/** Asks for page 1, 2 … until one is not full. */
export async function countPages<T>(most: number, ask: (page: number) => Promise<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = []
  for (let page = 1; all.length < most; page++) {
    const items = await ask(page)
    all.push(...items)
    if (items.length < perPage) break
  }
  return all.slice(0, most)
}
