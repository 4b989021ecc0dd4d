/** The image uses and builds of a Bitbucket pipeline. */
import type { Role } from '../../domain/repo/image-use.ts'
import { buildCommands } from '../build-command.ts'
import { type BuildRequest, checkout, declareBuild, distinct } from '../build-request.ts'
import { addChoice } from '../choices.ts'
import { joinedScripts, type Variable } from '../shell-commands.ts'
import { part, type Sourced } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf } from '../use-reader.ts'

/** Writes the image of the pipeline, those of steps and services, and pipes that are images; declares what scripts build. */
export function pipelineUses(composing: Composing): void {
  for (const document of composing.documents) {
    readImage(at(document, 'image'), 'container', composing)
    for (const { value } of entriesAt(document, 'definitions', 'services')) readImage(at(value, 'image'), 'service', composing)
    for (const request of distinct(readSteps(document, composing))) declareBuild(composing, request)
  }
}

/** A step may stand in a pipeline, in a stage, among parallel ones, or among the definitions for aliases to take. */
function readSteps(tree: Tree, composing: Composing): readonly BuildRequest[] {
  if (tree.kind === 'list') return tree.items.flatMap((item) => readSteps(item, composing))
  return tree.kind === 'map' ? tree.entries.flatMap(({ key, value }) => (key === 'step' ? readStep(value, composing) : readSteps(value, composing))) : []
}

/** Writes the images of a step, and gives what its scripts build. */
function readStep(step: Tree, composing: Composing): readonly BuildRequest[] {
  readImage(at(step, 'image'), 'container', composing)
  return ['script', 'after-script'].flatMap((key) => {
    const lines = itemsAt(step, key)
    for (const line of lines) readPipe(line, composing)
    return buildCommands(joinedScripts(lines.flatMap((line) => (line.kind === 'text' ? [line.text] : []))), '', variable)
  })
}

const variable: Variable = (name) => (name === 'BITBUCKET_CLONE_DIR' ? checkout : null)

const scheme = 'docker://'

/** `pipe: docker://…` runs an image; the other pipes are repos with a version of their own. */
function readPipe(line: Tree, composing: Composing): void {
  const pipe = textAt(line, 'pipe')
  if (pipe?.text.startsWith(scheme) === true) add(part(pipe, scheme.length), 'action', composing)
}

/** A text, or a map with `name`. An image of the account on AWS (`aws`) is named like any other. */
function readImage(image: Tree | null, role: Role, composing: Composing): void {
  const text = image?.kind === 'text' ? image.text : textAt(image, 'name')
  if (text !== null && stringAt(image, 'type') === '') add(text, role, composing)
}

/** Variables are those of the repo, the workspace and the deployment: none has a value in the file. */
function add(image: Sourced, role: Role, { uses }: Composing): void {
  addChoice(uses, image, /\$\{\w+\}|\$\w+/g, () => [], placeOf(role))
}
