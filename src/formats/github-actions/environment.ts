/** The variables of workflows, jobs and steps (`env`), as far as the file says them (https://docs.github.com/en/actions/reference/workflows-and-actions/variables). */
import { nothing, type Sourced } from '../sourced.ts'
import { entriesAt, stringAt, type Tree } from '../tree.ts'
import { isKnown } from '../unknown.ts'
import { scalarText } from '../yaml-number.ts'
import { type Contexts, expand } from './expressions.ts'

/** Variables by name; null for one that is known only when it runs. */
export type Environment = ReadonlyMap<string, Sourced | null>

/** What the `env` maps of workflow and job set for `steps`. What a step hands on to later ones beats them. */
export function jobEnvironment(maps: readonly (Tree | null)[], steps: readonly Tree[]): Environment {
  const handedOn = steps.flatMap((step) => namesWritten(stringAt(step, 'run')))
  return new Map([...withMaps(new Map(), maps), ...handedOn.map((name) => [name, null] as const)])
}

/** `outer` with what the `env` maps set, the last one first. A map reads those before it, not itself. */
export function withMaps(outer: Environment, maps: readonly (Tree | null)[]): Environment {
  const env = new Map(outer)
  for (const map of maps) {
    const contexts = envOf(new Map(env))
    for (const { key, value } of entriesAt(map)) {
      const written = value.kind === 'none' ? nothing : scalarText(value)
      const text = written === null ? null : expand(written, contexts)
      env.set(key, text !== null && isKnown(text) ? text : null)
    }
  }
  return env
}

/** `env.NAME` in expressions. */
export function envOf(env: Environment): Contexts {
  return (path) => (path.startsWith('env.') ? (env.get(path.slice('env.'.length)) ?? null) : null)
}

/** The variables that a script writes for later steps. */
function namesWritten(script: string): readonly string[] {
  return script.includes('GITHUB_ENV') ? [...script.matchAll(/([A-Za-z_]\w*)(?:=|<<)/g)].map(([, name = '']) => name) : []
}
