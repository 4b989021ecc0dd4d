/** What a step builds: by one of the plugins that run a builder (https://plugins.drone.io/plugins/docker), or by its command lines. */
import { buildCommands, givenBy } from '../build-command.ts'
import { checkout, declareBuild, distinct, type Given, pathFrom, startOf } from '../build-request.ts'
import { type Choices, expandKnown, withoutBlanks } from '../choices.ts'
import { joinedScripts } from '../shell-commands.ts'
import { fromBuilder, nothing, part, type Sourced } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, textAt, type Tree } from '../tree.ts'
import { isKnown } from '../unknown.ts'
import { scalarText } from '../yaml-number.ts'
import { variableForm } from './matrix.ts'

const plugin =
  /(?:^|\/)(?:plugins\/(?:docker|ecr|gcr|gar|acr|buildx|kaniko)|(?:[\w-]+-)?(?:docker-buildx|kaniko)|(?:woodpeckerci|thegeeklab)\/[\w-]*docker)(?:[:@]|$)/

/** Declares what the step builds: for the platform that it runs on, where nothing else is said. */
export function declareStepBuild(step: Tree, platform: string | null, choices: Choices, composing: Composing): void {
  const image = textAt(step, 'image') ?? nothing
  if (plugin.test(image.text)) return declarePluginBuild(image, at(step, 'settings') ?? step, platform, choices, composing)
  const environment = environmentOf(at(step, 'environment'), choices)
  const variable = (name: string): Sourced | null => (/^(?:CI|DRONE)_WORKSPACE$/.test(name) ? checkout : (environment.get(name) ?? null))
  const script = joinedScripts(textsAt(step, 'commands').map((line) => expandKnown(line, literalForm, choices)))
  for (const request of distinct(buildCommands(script, '', variable))) declareBuild(composing, { ...request, platforms: request.platforms ?? own(platform) })
}

const own = (platform: string | null): readonly Sourced[] | null => (platform === null ? null : [fromBuilder(platform)])

/** In command lines, `$NAME` is left to the shell. */
const literalForm = /\$\{([A-Za-z_]\w*)\}/g

function declarePluginBuild(image: Sourced, settings: Tree, platform: string | null, choices: Choices, composing: Composing): void {
  const known = (name: string, otherwise: string): string => expandKnown(textAt(settings, name) ?? fromBuilder(otherwise), variableForm, choices).text
  const context = known('context', '.')
  const isInContext = image.text.includes('kaniko')
  const dockerfile = pathFrom('', known('dockerfile', isInContext ? `${context}/Dockerfile` : 'Dockerfile'))
  if (dockerfile === null) return
  const platforms = [...listAt(settings, 'platforms'), ...listAt(settings, 'platform')].map((text) => expandKnown(text, variableForm, choices))
  const target = textAt(settings, 'target')
  declareBuild(composing, {
    at: startOf(image),
    dockerfile,
    target: target === null ? null : expandKnown(target, variableForm, choices),
    args: [...argumentsOf(settings, choices), ...listAt(settings, 'build_args_from_env').map((word) => givenBy(withoutBlanks(word), () => null))],
    contexts: [],
    platforms: platforms.length === 0 ? own(platform) : platforms,
  })
}

/** A list or text with commas of `NAME=value`, or a map. */
function argumentsOf(settings: Tree, choices: Choices): readonly Given[] {
  const inMap = entriesAt(settings, 'build_args').map(({ key, keyAt, value }): Given => {
    const written = scalarText(value)
    return { name: key, at: keyAt, value: written === null ? null : knownOrNull(written, choices), written }
  })
  const words = listAt(settings, 'build_args').map((word) => {
    const given = givenBy(withoutBlanks(word), () => null)
    return { ...given, value: given.value === null ? null : knownOrNull(given.value, choices) }
  })
  return [...inMap, ...words]
}

function knownOrNull(text: Sourced, choices: Choices): Sourced | null {
  const value = expandKnown(text, variableForm, choices)
  return isKnown(value) ? value : null
}

/** The texts of a list, or the parts of a text between commas. */
function listAt(tree: Tree, key: string): readonly Sourced[] {
  const value = at(tree, key)
  if (value?.kind === 'list') return textsAt(tree, key)
  if (value?.kind !== 'text') return []
  return [...value.text.text.matchAll(/[^,]+/g)].map((found) => part(value.text, found.index, found.index + found[0].length))
}

/** The texts of a list, also of lists within it, or the one text. */
function textsAt(tree: Tree, key: string): readonly Sourced[] {
  const inside = (value: Tree | null): readonly Sourced[] => (value?.kind === 'list' ? value.items.flatMap(inside) : value?.kind === 'text' ? [value.text] : [])
  return inside(at(tree, key))
}

/** A map, or a list of `NAME=value`. */
function environmentOf(tree: Tree | null, choices: Choices): ReadonlyMap<string, Sourced | null> {
  const pairs = entriesAt(tree).map(({ key, value }) => [key, scalarText(value)] as const)
  const words = tree?.kind === 'list' ? tree.items.flatMap((item) => (item.kind === 'text' ? [givenBy(item.text, () => null)] : [])) : []
  const all = [...pairs, ...words.map(({ name, value }) => [name, value] as const)]
  return new Map(all.map(([name, value]) => [name, value === null ? null : knownOrNull(value, choices)]))
}
