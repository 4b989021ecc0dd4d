/** A probe looks at one thing that the app needs, and says what to do where it is not well. */
import { isFault } from '../../domain/fault.ts'

/** What a probe found. `fix` says what to do; null where there is nothing to do. Neither ever holds a secret. */
export type Finding = { readonly status: 'ok' | 'warn' | 'fail'; readonly message: string; readonly fix: string | null }

/** Looks at one thing. */
export type Probe = {
  readonly name: string
  /** Several findings where one look shows several things. What it throws counts as a failure. */
  check(): Promise<Finding | readonly Finding[]>
}

/** One line of `underpin doctor`. */
export type Checked = Finding & { readonly name: string }

/** All is well. */
export const ok = (message: string): Finding => ({ status: 'ok', message, fix: null })
/** It works, but not as it should. */
export const warn = (message: string, fix: string): Finding => ({ status: 'warn', message, fix })
/** It cannot work like this. */
export const fail = (message: string, fix: string): Finding => ({ status: 'fail', message, fix })

/** Runs the probes one after another, each for at most `limitMs`. */
export async function runProbes(probes: readonly Probe[], limitMs = 20_000): Promise<readonly Checked[]> {
  const checked: Checked[] = []
  for (const probe of probes) {
    const found = await finding(probe, limitMs)
    for (const one of found) checked.push({ name: probe.name, ...one })
  }
  return checked
}

async function finding(probe: Probe, limitMs: number): Promise<readonly Finding[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => resolve(fail(`no answer within ${limitMs / 1000} seconds`, 'Look whether it is reachable from here')), limitMs)
  })
  try {
    const found = await Promise.race([probe.check(), late])
    return 'status' in found ? [found] : found
  } catch (error) {
    const why = isFault(error) ? error.message : error instanceof Error ? error.name : 'it broke'
    return [fail(why, isFault(error) ? 'See docs/operating.md' : 'This is a bug of Underpin: please report it')]
  } finally {
    clearTimeout(timer)
  }
}
