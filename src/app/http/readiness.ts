/** Whether this process can do its work now: what `/readyz` says. */

export type ReadyCheck = {
  readonly name: string
  /** Rejects when it is not there. */
  readonly ping: () => Promise<unknown>
}

const patienceMs = 2_000
/** One answer serves everybody for this long: the address is open to all. */
const holdMs = 1_000

/** Asks all checks at once. The text names each, and never why it failed: that stands in the log of whoever failed. */
export function readiness(checks: readonly ReadyCheck[], now: () => number = () => performance.now()): () => Promise<{ ready: boolean; text: string }> {
  let last: { readonly at: number; readonly answer: Promise<{ ready: boolean; text: string }> } | null = null
  return () => {
    if (last === null || now() - last.at > holdMs) last = { at: now(), answer: ask(checks) }
    return last.answer
  }
}

async function ask(checks: readonly ReadyCheck[]): Promise<{ ready: boolean; text: string }> {
  const answers = await Promise.all(checks.map(async ({ name, ping }) => ({ name, ok: await isThere(ping) })))
  return { ready: answers.every(({ ok }) => ok), text: answers.map(({ name, ok }) => `${name}: ${ok ? 'ok' : 'not available'}`).join('\n') || 'ok' }
}

async function isThere(ping: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs)
  })
  const asked = ping().then(
    () => true,
    () => false,
  )
  return await Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
