/** The image uses and builds of an Azure pipeline, or of a template of one. */
import type { Role } from '../../domain/repo/image-use.ts'
import { declareBuild, distinct } from '../build-request.ts'
import { addChoice, type Choices, choicesOf } from '../choices.ts'
import { isTagged } from '../kubernetes/written.ts'
import type { Sourced } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf } from '../use-reader.ts'
import { stepBuilds } from './builds.ts'
import { branchesOf, expressionForm, itemsIn, nothingSet, valuesIn, withValues } from './values.ts'

type Pipeline = { readonly composing: Composing; readonly aliases: ReadonlySet<string> }

/** Writes the images of container resources and of jobs that name one themselves, and declares what steps build. */
export function pipelineUses(composing: Composing): void {
  for (const document of composing.documents) {
    const pipeline = { composing, aliases: aliasesIn(document) }
    if (textAt(document, 'apiVersion') === null || textAt(document, 'kind') === null) walk(document, nothingSet, pipeline)
  }
}

/** Inputs of tasks and values of variables mean other things by the same names. */
const opaque = new Set(['inputs', 'env', 'variables', 'matrix', 'target', 'trigger', 'pr', 'script', 'bash', 'pwsh', 'powershell'])

function walk(tree: Tree, outer: Choices, pipeline: Pipeline): void {
  if (tree.kind === 'list') for (const item of tree.items) walk(item, outer, pipeline)
  if (tree.kind !== 'map') return
  const choices = withValues(tree, outer)
  for (const { key, value } of tree.entries) {
    if (opaque.has(key)) continue
    if (key === 'container') readContainer(value, tree, choices, pipeline)
    else if (key === 'containers') for (const image of imagesOf(value)) add(image, 'container', choices, pipeline)
    else if (key === 'services' && value.kind === 'map') for (const { value: service } of branchesOf(value)) readNamed(service, 'service', choices, pipeline)
    else if (!(key === 'parameters' && isDeclared(value))) walk(value, choices, pipeline)
  }
  for (const request of distinct(stepBuilds(tree, choices))) declareBuild(pipeline.composing, request)
}

/** Parameters that a template takes, not those that it is passed. */
const isDeclared = (tree: Tree): boolean => tree.kind === 'list'

/** In a list of resources, `container` is the name under which others refer to it. */
function readContainer(value: Tree, holder: Tree, choices: Choices, pipeline: Pipeline): void {
  if (value.kind === 'text' && textAt(holder, 'image') !== null) return
  for (const one of valuesIn(value)) readNamed(one, 'container', choices, pipeline)
}

/** A text is the name of a resource, which may stand in another file, or an image; a name without a tag, a digest or a registry is the first. */
function readNamed(value: Tree, role: Role, choices: Choices, pipeline: Pipeline): void {
  if (value.kind === 'map') {
    const image = textAt(value, 'image')
    return image === null ? undefined : add(image, role, choices, pipeline)
  }
  if (value.kind !== 'text') return
  const isName = (text: Sourced): boolean => pipeline.aliases.has(text.text) || !(isTagged(text.text) || text.text.includes('/'))
  const found = choicesOf(value.text, expressionForm, choices)
  if (!found.every((text) => text !== null && isName(text))) add(value.text, role, choices, pipeline)
}

/** Resources are a list with `container` and `image`, or, as templates are passed them, a map by their names. A registry of Azure (`type: ACR`) has its image in other fields. */
function imagesOf(containers: Tree): readonly Sourced[] {
  const resources = containers.kind === 'list' ? itemsIn(containers) : branchesOf(containers).map(({ value }) => value)
  return resources
    .flatMap((resource) => (stringAt(resource, 'type') === 'ACR' ? [] : branchesOf(resource)))
    .flatMap(({ key, value }) => (key === 'image' && value.kind === 'text' ? [value.text] : []))
}

function aliasesIn(tree: Tree): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (inner: Tree): void => {
    if (inner.kind === 'list') for (const item of inner.items) look(item)
    if (inner.kind !== 'map') return
    for (const { key, value } of inner.entries) {
      if (key === 'containers' && value.kind === 'list') for (const item of itemsIn(value)) found.add(stringAt(item, 'container'))
      if (key === 'containers' && value.kind === 'map') for (const { key: name } of branchesOf(value)) found.add(name)
      look(value)
    }
  }
  look(tree)
  return found
}

function add(image: Sourced, role: Role, choices: Choices, { composing }: Pipeline): void {
  addChoice(composing.uses, image, expressionForm, choices, placeOf(role))
}
