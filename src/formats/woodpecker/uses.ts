/** The image uses and builds of Woodpecker's workflows. */
import type { Role, Skip } from '../../domain/repo/image-use.ts'
import { addChoice, type Choices } from '../choices.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf } from '../use-reader.ts'
import { matrixChoices, variableForm } from './matrix.ts'
import { declareStepBuild } from './plugin-builds.ts'

/** Writes the images of steps, services and the clone step, and declares what steps build. */
export function workflowUses(composing: Composing): void {
  for (const document of composing.documents) readWorkflow(document, labelled(document), composing)
}

/** The platform of the agents that are asked for, now and as older versions say it; one with a wildcard is none. */
function labelled(document: Tree): string | null {
  const platform = stringAt(document, 'labels', 'platform') || stringAt(document, 'platform')
  return /^[a-z]+\/[\w/]+$/.test(platform) ? platform : null
}

/** One document, whose steps run on `platform`, null where it does not say; `pipeline` is what older versions, and Drone before 1.0, call the steps. */
export function readWorkflow(document: Tree, platform: string | null, composing: Composing): void {
  const matrix = { platform, choices: matrixChoices(document), compared: comparisonsIn(document) }
  for (const key of ['clone', 'pipeline', 'steps', 'services'])
    for (const step of stepsAt(document, key)) readStep(step, key === 'services' ? 'service' : 'container', matrix, composing)
}

/** Steps are a list, or a map by their names. */
function stepsAt(document: Tree, key: string): readonly Tree[] {
  return [...itemsAt(document, key), ...entriesAt(document, key).map(({ value }) => value)]
}

function readStep(step: Tree, role: Role, { platform, choices, compared }: Matrix, composing: Composing): void {
  const image = textAt(step, 'image')
  if (image !== null) addChoice(composing.uses, image, variableForm, choices, placeOf(role, platform), comparedIn(image.text, compared, composing))
  declareStepBuild(step, platform, choices, composing)
}

/** Where steps run, what the variables of the matrix hold, and where steps compare them. */
type Matrix = { readonly platform: string | null; readonly choices: Choices; readonly compared: ReadonlyMap<string, number> }

/** A step may run for some values of the matrix only, which would have to change with them. */
function comparedIn(image: string, compared: ReadonlyMap<string, number>, { uses }: Composing): Skip | null {
  for (const [, name = ''] of image.matchAll(variableForm)) {
    const found = compared.get(name)
    if (found !== undefined) return { code: 'shared-argument', message: `a step compares ${name} of the matrix ${uses.inLine(found)}` }
  }
  return null
}

function comparisonsIn(document: Tree): ReadonlyMap<string, number> {
  const steps = ['pipeline', 'steps', 'services'].flatMap((key) => stepsAt(document, key))
  return new Map(steps.flatMap(whensOf).flatMap((when) => entriesAt(when, 'matrix').map(({ key, keyAt }) => [key, keyAt] as const)))
}

function whensOf(step: Tree): readonly Tree[] {
  const when = at(step, 'when')
  return when === null ? [] : when.kind === 'list' ? when.items : [when]
}
