/** Ways to build a Dockerfile: what the builds that other files declare of it come to, those alike taken as one. */
import type { DeclaredBuild, GivenValue, WrittenText } from '../../domain/repo/declared-build.ts'
import { formatImageName, formatReference, parseReference } from '../../domain/image/reference.ts'
import { builderMade, fromBuilder, type Sourced } from '../sourced.ts'
import type { Expansion } from './expansion.ts'

export type Way = {
  /** Values of ARGs that the build gives. */
  readonly args: ReadonlyMap<string, Expansion>
  /** Who gives each of `args` (`compose.yml:7`). */
  readonly givers: ReadonlyMap<string, string>
  /** Who gives each named context, by `contextName`. */
  readonly contexts: ReadonlyMap<string, string>
  /** The stages that are built so, in lower case; null is the last. */
  readonly targets: readonly (string | null)[]
}

/** The file as it stands. */
export const plainWay: Way = { args: new Map(), givers: new Map(), contexts: new Map(), targets: [null] }

/** Ways of one Dockerfile that are read. */
export const mostWays = 20

/** The ways in the order in which they are declared, `mostWays` at most, and how many there are. ARGs count where `isRead` says that they decide something. */
export function waysOf(
  builds: readonly DeclaredBuild[],
  isRead: (name: string) => boolean,
  strideOf: (file: string) => number,
): { readonly ways: readonly Way[]; readonly count: number } {
  const groups = new Map<string, DeclaredBuild[]>()
  for (const build of inOrder(builds)) {
    const args = build.args.filter(({ name }) => isRead(name)).map(({ name, value }) => [name, value])
    const key = JSON.stringify([byName(args), build.contexts.map(({ name }) => contextName(name)).sort(), isRead('TARGETSTAGE') ? build.target : ''])
    const alike = groups.get(key) ?? []
    groups.set(key, alike)
    alike.push(build)
  }
  const ways = [...groups.values()].slice(0, mostWays).map((alike): Way => {
    const [build] = alike
    if (build === undefined) return plainWay
    const args = build.args.filter(({ name }) => isRead(name))
    const at = ({ line }: GivenValue): string => `${build.file}:${line}`
    return {
      args: new Map(args.map(({ name, value }) => [name, value === null ? openValue(name) : { value: sourcedFrom(value, strideOf), unset: new Set() }])),
      givers: new Map(args.map((given) => [given.name, at(given)])),
      contexts: new Map(build.contexts.map((given) => [contextName(given.name), at(given)])),
      targets: [...new Set(alike.map(({ target }) => target?.toLowerCase() ?? null))],
    }
  })
  return { ways, count: groups.size }
}

/** The stage that all builds name, or null where they name none or several. */
export function commonTarget(builds: readonly DeclaredBuild[]): string | null {
  const [target = null, ...others] = new Set(builds.map((build) => build.target?.toLowerCase() ?? null))
  return others.length === 0 ? target : null
}

/** The name under which BuildKit looks a context up: `alpine`, `library/alpine` and `alpine:latest` are one. */
export function contextName(text: string): string {
  const parsed = parseReference(text)
  if (parsed.kind === 'invalid') return text.toLowerCase()
  const { reference } = parsed
  return formatReference({ ...reference, spelling: formatImageName(reference.name), tag: reference.tag === 'latest' ? null : reference.tag })
}

/** A value that is known only when it runs: no text of a file is like it. */
function openValue(name: string): Expansion {
  return { value: fromBuilder('\0'), unset: new Set([name]), isOpen: true }
}

/** The text with the places of its runs; what stands nowhere is like text of the builder. */
export function sourcedFrom({ text, runs }: WrittenText, strideOf: (file: string) => number): Sourced {
  const at = Array.from({ length: text.length }, () => builderMade)
  for (const { from, file, span } of runs) {
    const stride = strideOf(file)
    for (let i = 0; i < span[1] - span[0] && from + i < at.length; i++) at[from + i] = stride + span[0] + i
  }
  return { text, at }
}

function inOrder(builds: readonly DeclaredBuild[]): readonly DeclaredBuild[] {
  return [...builds].sort((a, b) => (a.file === b.file ? a.line - b.line || (canonical(a) < canonical(b) ? -1 : 1) : a.file < b.file ? -1 : 1))
}

const canonical = (build: DeclaredBuild): string => JSON.stringify(build)

const byName = (entries: readonly (readonly unknown[])[]): readonly (readonly unknown[])[] => [...entries].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
