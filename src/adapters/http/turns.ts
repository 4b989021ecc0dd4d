/** Turns: at most so many at once per key, the rest in the order they came. */

/** Resolves when it is the caller's turn, with the function that ends it; rejects with the signal's reason when that comes first. */
export type Turns = (key: string, signal: AbortSignal | undefined) => Promise<() => void>

/** `most` turns at once for each key. A key is forgotten when nobody holds or waits for it. */
export function createTurns(most: number): Turns {
  const lines = new Map<string, { running: number; readonly waiting: Set<() => void> }>()
  return async (key, signal) => {
    signal?.throwIfAborted()
    const line = lines.get(key) ?? { running: 0, waiting: new Set() }
    lines.set(key, line)
    const end = () => {
      const [next] = line.waiting
      if (next !== undefined) return next()
      line.running -= 1
      if (line.running === 0) lines.delete(key)
    }
    if (line.running < most) line.running += 1
    else {
      await new Promise<void>((resolve, reject) => {
        const leave = () => {
          line.waiting.delete(enter)
          reject(signal?.reason as Error)
        }
        const enter = () => {
          line.waiting.delete(enter)
          signal?.removeEventListener('abort', leave)
          resolve()
        }
        line.waiting.add(enter)
        signal?.addEventListener('abort', leave, { once: true })
      })
    }
    return end
  }
}
