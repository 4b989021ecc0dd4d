/** Batches that GitHub may find too large: asked in slices, and in halves where a slice fails. */
import { isFault } from '../../domain/fault.ts'

/**
 * Calls `ask` with at most `size` of `items` at a time, one call after the other, and gives all answers in order. A slice that ends in
 * `transient` or `invalid` (502, a time-out; an answer over our limit) is asked again in halves; a single item once more, and then its fault is raised.
 */
export async function inSlices<I, O>(items: readonly I[], size: number, ask: (slice: readonly I[]) => Promise<readonly O[]>): Promise<readonly O[]> {
  const out: O[] = []
  for (let at = 0; at < items.length; at += size) out.push(...(await inHalves(items.slice(at, at + size), ask)))
  return out
}

async function inHalves<I, O>(slice: readonly I[], ask: (slice: readonly I[]) => Promise<readonly O[]>): Promise<readonly O[]> {
  try {
    return await ask(slice)
  } catch (error) {
    if (!isTooMuch(error)) throw error
    if (slice.length === 1) return await ask(slice)
    const middle = Math.ceil(slice.length / 2)
    return [...(await inHalves(slice.slice(0, middle), ask)), ...(await inHalves(slice.slice(middle), ask))]
  }
}

/** Whether less may go well: GitHub did not come to an end, or its answer was over our limit. */
export function isTooMuch(error: unknown): boolean {
  return isFault(error) && (error.kind === 'transient' || error.kind === 'invalid')
}
