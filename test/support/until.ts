/** Waiting for something to become true, and for nothing longer. */
import { scheduler } from 'node:timers/promises'

/** Asks `check` again and again until it gives something other than null or false. Throws after `withinMs` with `what` in the message. */
export async function until<T>(what: string, check: () => T | null | false | Promise<T | null | false>, withinMs = 30_000): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const value = await check()
    if (value !== null && value !== false) return value
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain until ${what}`)
    await scheduler.wait(20)
  }
}
