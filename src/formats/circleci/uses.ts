/** The image uses and builds of a CircleCI configuration. */
import { buildCommands } from '../build-command.ts'
import { type BuildRequest, checkout, declareBuild, distinct, pathFrom } from '../build-request.ts'
import { addChoice, type Choices, expandKnown } from '../choices.ts'
import type { Variable } from '../shell-commands.ts'
import { nothing, type Sourced } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, textAt, type Tree } from '../tree.ts'
import { isKnown } from '../unknown.ts'
import { placeOf } from '../use-reader.ts'
import { scalarText } from '../yaml-number.ts'
import { parameterForm, pipelineOnly, scopesOf } from './parameters.ts'

/** Writes the images of executors and jobs (the first of a list is what steps run in), and declares what their steps build. Images of machines are no container images. */
export function configUses(composing: Composing): void {
  for (const document of composing.documents) {
    const requests: BuildRequest[] = []
    for (const { tree, choices } of scopesOf(document)) {
      readImages(tree, choices, composing)
      requests.push(...buildsIn(tree, choices))
    }
    const others = entriesAt(document).filter(({ key }) => !scoped.has(key))
    const rest: Tree = { kind: 'map', at: document.at, entries: others }
    readImages(rest, pipelineOnly(document), composing)
    requests.push(...buildsIn(rest, pipelineOnly(document)))
    for (const request of distinct(requests)) declareBuild(composing, request)
  }
}

const scoped = new Set(['jobs', 'executors', 'commands', 'orbs', 'workflows'])

function readImages(tree: Tree, choices: Choices, composing: Composing): void {
  if (tree.kind === 'list') for (const item of tree.items) readImages(item, choices, composing)
  if (tree.kind !== 'map') return
  for (const { key, value } of tree.entries) {
    readImages(value, choices, composing)
    if (key !== 'docker' || value.kind !== 'list') continue
    for (const [i, item] of value.items.entries()) {
      const image = textAt(item, 'image')
      if (image !== null) addChoice(composing.uses, image, parameterForm, choices, placeOf(i === 0 ? 'container' : 'service'))
    }
  }
}

/** The command lines of a job or a command run where its repo is checked out. */
function buildsIn(tree: Tree, choices: Choices): readonly BuildRequest[] {
  const outer = environmentOf([at(tree, 'environment')], choices)
  return runsIn(tree).flatMap((run) => {
    const script = run.kind === 'text' ? run.text : textAt(run, 'command')
    if (script === null) return []
    const own = environmentOf([at(run, 'environment')], choices)
    const variable: Variable = (name) => (name === 'CIRCLE_WORKING_DIRECTORY' ? checkout : (own.get(name) ?? outer.get(name) ?? null))
    const folder = expandKnown(textAt(run, 'working_directory') ?? nothing, parameterForm, choices).text
    return buildCommands(expandKnown(script, parameterForm, choices), pathFrom('', folder), variable)
  })
}

/** What stands behind `run` among steps, also in steps that run on a condition. */
function runsIn(tree: Tree): readonly Tree[] {
  if (tree.kind === 'list') return tree.items.flatMap(runsIn)
  return tree.kind === 'map' ? tree.entries.flatMap(({ key, value }) => (key === 'run' ? [value] : runsIn(value))) : []
}

function environmentOf(trees: readonly (Tree | null)[], choices: Choices): ReadonlyMap<string, Sourced | null> {
  const maps = trees.flatMap((tree) => (tree?.kind === 'list' ? tree.items : tree === null ? [] : [tree]))
  return new Map(
    maps.flatMap((map) =>
      entriesAt(map).map(({ key, value }): readonly [string, Sourced | null] => {
        const text = scalarText(value)
        const known = text === null ? null : expandKnown(text, parameterForm, choices)
        return [key, known !== null && isKnown(known) ? known : null]
      }),
    ),
  )
}
