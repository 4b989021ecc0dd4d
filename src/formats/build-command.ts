/** Command lines that build images: `docker build`, `docker buildx build`, `podman build`, `buildah bud` (https://docs.docker.com/reference/cli/docker/buildx/build/). */
import { type BuildRequest, type Given, pathFrom } from './build-request.ts'
import { controlWord, shellSteps, type Variable } from './shell-commands.ts'
import { byteAt, fromBuilder, join, part, type Sourced } from './sourced.ts'
import { isKnown } from './unknown.ts'

/** A folder of the repo as a path from its root, or null where it is not known or not in the repo. */
export type Folder = string | null

/** Whether `script` may start a build: a look at its letters, which spares most scripts their reading. A variable may name the builder. */
export function mayBuild(script: string): boolean {
  return /\b(?:build|bud|executor)\b/.test(script) && /docker|nerdctl|podman|buildah|executor|\$/.test(script)
}

/**
 * The builds that `script` starts in `folder`. `variable` gives what the surroundings set; one that holds `checkout` is a path to the root of the repo.
 * Lines whose Dockerfile is known only when they run are left out.
 */
export function buildCommands(script: Sourced, folder: Folder, variable: Variable): readonly BuildRequest[] {
  if (!mayBuild(script.text)) return []
  let here = folder
  const outer: Folder[] = []
  const inHere: Variable = (name) => (name !== 'PWD' ? variable(name) : here === null ? null : fromBuilder(`/./${here}`))
  return shellSteps(script, inHere).flatMap((step): readonly BuildRequest[] => {
    if (step.kind === 'open') outer.push(here)
    if (step.kind === 'close') here = outer.length === 0 ? here : (outer.pop() ?? null)
    if (step.kind !== 'command') return []
    const words = commandOf(step.words)
    const [program, target] = words
    if (program?.text === 'cd' || program?.text === 'pushd') {
      if (program.text === 'pushd') outer.push(here)
      here = target === undefined ? null : pathFrom(here, target.text)
    } else if (program?.text === 'popd') here = outer.pop() ?? null
    const flags = builderFlags(words)
    return flags === null || program === undefined ? [] : requestsOf(flags, here, byteAt(program, 0), variable)
  })
}

/** The words from the program on. */
function commandOf(words: readonly Sourced[]): readonly Sourced[] {
  const start = words.findIndex(({ text }) => !controlWord.test(text) && !/^[A-Za-z_]\w*\+?=/.test(text))
  return start < 0 ? [] : words.slice(start)
}

const builders = [
  ['docker', 'build'],
  ['docker', 'buildx', 'build'],
  ['docker', 'buildx', 'b'],
  ['docker', 'image', 'build'],
  ['docker', 'builder', 'build'],
  ['nerdctl', 'build'],
  ['podman', 'build'],
  ['podman', 'image', 'build'],
  ['buildah', 'build'],
  ['buildah', 'bud'],
]

/** The words behind the name of the builder, or null where the command is none. */
function builderFlags(words: readonly Sourced[]): Flags | null {
  const builder = builders.find((names) => names.every((name, i) => words[i]?.text === name))
  if (builder !== undefined) return { ...buildFlags(words.slice(builder.length)), looksForContainerfile: !/^(?:docker|nerdctl)$/.test(builder[0] ?? '') }
  return /^(?:\/kaniko\/|\/usr\/bin\/)?(?:kaniko-)?executor$/.test(words[0]?.text ?? '') ? kanikoFlags(words.slice(1)) : null
}

/** https://github.com/chainguard-dev/kaniko#additional-flags: the Dockerfile is looked for in the context. */
function kanikoFlags(words: readonly Sourced[]): Flags | null {
  const valueOf = (names: RegExp): readonly Sourced[] =>
    words.flatMap((word, i) => {
      const [, flag, equals] = /^(--?[\w-]+)(=?)/.exec(word.text) ?? []
      const value = flag === undefined || !names.test(flag) ? undefined : equals === '' ? words[i + 1] : part(word, flag.length + 1)
      return value === undefined ? [] : [value]
    })
  const context = valueOf(/^(?:--context|-c)$/)[0]
  const files = valueOf(/^(?:--dockerfile|-f)$/)
  if (context === undefined) return null
  const folder = context.text.startsWith('dir://') ? part(context, 'dir://'.length) : context
  const inContext = files.map((file) => (file.text.startsWith('/') ? file : join([folder, fromBuilder('/'), file])))
  return {
    files: inContext,
    args: valueOf(/^--build-arg$/),
    contexts: [],
    platforms: valueOf(/^--custom-?[pP]latform$/),
    targets: valueOf(/^--target$/),
    plain: [folder],
  }
}

type Flags = {
  readonly files: readonly Sourced[]
  readonly args: readonly Sourced[]
  readonly contexts: readonly Sourced[]
  readonly platforms: readonly Sourced[]
  readonly targets: readonly Sourced[]
  /** What is no flag. */
  readonly plain: readonly Sourced[]
  /** Without `-f`, a `Containerfile` goes before the `Dockerfile`. */
  readonly looksForContainerfile?: boolean
}

const withoutValue =
  /^--(?:no-cache|pull(?:-always|-never)?|push|load|rm|force-rm|quiet|squash(?:-all)?|compress|disable-content-trust|disable-compression|debug|check|help|layers|no-hosts|no-hostname|stdin|http-proxy|all-platforms|omit-history|tls-verify|inherit-labels|inherit-annotations|identity-label|skip-unused-stages|rewrite-timestamp|save-stages|stage-labels)$/

/** Reads flags as the command line does: `--name value`, `--name=value`, `-f value`, `-fvalue`. */
export function buildFlags(words: readonly Sourced[]): Flags {
  const found = {
    files: [] as Sourced[],
    args: [] as Sourced[],
    contexts: [] as Sourced[],
    platforms: [] as Sourced[],
    targets: [] as Sourced[],
    plain: [] as Sourced[],
  }
  const byName = new Map([
    ['--file', found.files],
    ['-f', found.files],
    ['--build-arg', found.args],
    ['--build-context', found.contexts],
    ['--platform', found.platforms],
    ['--target', found.targets],
  ])
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === undefined) break
    const [, flag, attached] = /^(--[\w-]+(?==|$)|-[a-zA-Z](?!-))(=?.*)$/s.exec(word.text) ?? []
    if (flag === undefined) {
      found.plain.push(word)
      continue
    }
    if (withoutValue.test(flag) || /^-[qDh]$/.test(flag)) continue
    const value = attached === '' ? words[++i] : part(word, flag.length + (attached?.startsWith('=') === true ? 1 : 0))
    if (value !== undefined) byName.get(flag)?.push(value)
  }
  return found
}

function requestsOf(
  { files, args, contexts, platforms, targets, plain, looksForContainerfile = false }: Flags,
  here: Folder,
  at: number,
  variable: Variable,
): readonly BuildRequest[] {
  const [context] = plain
  if (context === undefined || plain.length > 1 || context.text === '-' || isRemote(context.text)) return []
  const folder = pathFrom(here, context.text)
  const names = looksForContainerfile ? ['Containerfile', 'Dockerfile'] : ['Dockerfile']
  const paths =
    files.length > 0 ? files.map(({ text }) => (isRemote(text) || text === '-' ? null : pathFrom(here, text))) : names.map((name) => pathFrom(folder, name))
  const given = (words: readonly Sourced[]): readonly Given[] => words.map((word) => givenBy(word, variable))
  return paths.flatMap((dockerfile) =>
    dockerfile === null
      ? []
      : [
          {
            at,
            dockerfile,
            target: targets.at(-1) ?? null,
            args: given(args),
            contexts: given(contexts),
            platforms: platforms.length === 0 ? null : platforms,
          },
        ],
  )
}

const isRemote = (text: string): boolean => /^(?:[a-z]+:\/\/|git@|github\.com\/)/.test(text)

/** `NAME=value`, or `NAME` whose value the environment holds. */
export function givenBy(word: Sourced, variable: Variable): Given {
  const equals = word.text.indexOf('=')
  const name = equals < 0 ? word.text : word.text.slice(0, equals)
  const value = equals < 0 ? variable(name) : part(word, equals + 1)
  return {
    name,
    at: byteAt(word, 0),
    value: value !== null && isKnown(value) ? value : null,
    written: equals < 0 || !isKnown(word) ? null : part(word, equals + 1),
  }
}
