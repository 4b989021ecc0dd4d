/** Doing many things at once, but not too many. */

/** Runs `work` for each item, at most `atOnce` at a time, in order of start. The first error stops new starts and is thrown when the running ones have ended. */
export async function eachBounded<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values()
  const runners = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    for (const item of queue) await work(item)
  })
  const failed = (await Promise.allSettled(runners)).find((runner) => runner.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
