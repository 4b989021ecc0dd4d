/** What was read of archives, kept in memory: images of one distribution ask for the same indexes. */
import type { Validators } from './download.ts'

/** What a reading came to, and by what the publisher will know whether it still holds. */
export type Reading<Value> = { readonly value: Value; readonly validators: Validators }

/** A value and when the publisher last said that it holds. */
export type Kept<Value> = Reading<Value> & { readonly checkedAt: Date }

export type Memory<Value> = {
  /**
   * The value kept under `key`, when it was checked a moment ago; else what `read` makes of the one known, if there is any (null: it still holds). Several
   * who ask at once share one reading. What `read` raises is raised, and the value known is kept for the next time.
   */
  get(key: string, read: (known: Reading<Value> | null) => Promise<Reading<Value> | null>): Promise<Kept<Value>>
}

/** For how long nobody is asked again, ms; `most`: sum of `weigh` over all values kept; those unused for longest go first. */
export type MemoryOptions<Value> = { readonly freshMs: number; readonly most: number; readonly weigh: (value: Value) => number; readonly now: () => Date }

/** An empty memory. */
export function createMemory<Value>({ freshMs, most, weigh, now }: MemoryOptions<Value>): Memory<Value> {
  // In the order of use: a Map lists what was put in last at its end.
  const kept = new Map<string, Kept<Value>>()
  const running = new Map<string, Promise<Kept<Value>>>()

  function keep(key: string, value: Kept<Value>): Kept<Value> {
    kept.delete(key)
    kept.set(key, value)
    let sum = [...kept.values()].reduce((total, one) => total + weigh(one.value), 0)
    for (const [oldest, one] of kept) {
      if (sum <= most || oldest === key) break
      sum -= weigh(one.value)
      kept.delete(oldest)
    }
    return value
  }

  async function check(key: string, read: (known: Reading<Value> | null) => Promise<Reading<Value> | null>): Promise<Kept<Value>> {
    const known = kept.get(key) ?? null
    const checkedAt = now()
    if (known !== null && checkedAt.getTime() - known.checkedAt.getTime() < freshMs) return keep(key, known)
    const reading = (await read(known)) ?? known
    if (reading === null) throw new Error('a reading that still holds, and none was known')
    return keep(key, { ...reading, checkedAt })
  }

  return {
    get(key, read) {
      const waited = running.get(key) ?? check(key, read).finally(() => running.delete(key))
      running.set(key, waited)
      return waited
    },
  }
}
