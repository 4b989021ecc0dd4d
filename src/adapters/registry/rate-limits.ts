/** Who asked us to wait, and until when: one image's 429 keeps all others of that login from asking in vain. */
import { Fault, isFault } from '../../domain/fault.ts'

/** Waits by key; a key stands for a host, a login and a method, since Docker Hub limits GET and not HEAD. */
export type RateLimits = {
  /** Runs `ask` unless a wait for `key` is still on; then, and where `ask` meets one, the fault is `rate-limited` with what remains of it. */
  within<Answer>(key: string, host: string, ask: () => Promise<Answer>): Promise<Answer>
}

/** Docker Hub does not say how long. */
const unsaidWaitMs = 60_000
/** A wait is at least this long, ms, and at most an hour: a registry may neither keep us busy nor silence itself for years. */
const shortestWaitMs = 1_000
const longestWaitMs = 60 * 60 * 1000

/** `now` times the waits; nothing here sleeps. */
export function createRateLimits(now: () => Date): RateLimits {
  const until = new Map<string, number>()
  return {
    async within(key, host, ask) {
      const retryAfterMs = (until.get(key) ?? 0) - now().getTime()
      if (retryAfterMs > 0) {
        const text = `${host} asked us to wait; it is not asked again for ${Math.ceil(retryAfterMs / 1000)} s, or configure a credential with a higher limit`
        throw new Fault('rate-limited', text, { host, retryAfterMs })
      }
      until.delete(key)
      try {
        return await ask()
      } catch (error) {
        if (isFault(error) && error.kind === 'rate-limited')
          until.set(key, now().getTime() + Math.min(Math.max(error.retryAfterMs ?? unsaidWaitMs, shortestWaitMs), longestWaitMs))
        throw error
      }
    },
  }
}
