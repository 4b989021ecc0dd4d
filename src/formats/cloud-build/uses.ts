/** The image uses and builds of a Cloud Build configuration. */
import type { Skip } from '../../domain/repo/image-use.ts'
import { declareBuild, distinct } from '../build-request.ts'
import { addChoice, type Choices, expandKnown } from '../choices.ts'
import type { Composing } from '../composing.ts'
import { itemsAt, textAt, type Tree } from '../tree.ts'
import { placeOf } from '../use-reader.ts'
import { stepBuilds, tagsOf } from './steps.ts'
import { substitutionForm, substitutionsOf } from './substitutions.ts'

/** Writes the images of steps, and declares what steps build. `images` says what the build becomes. */
export function buildUses(composing: Composing): void {
  for (const document of composing.documents) {
    const steps = itemsAt(document, 'steps')
    const choices = substitutionsOf(document)
    const outputs = new Set(
      [...itemsAt(document, 'images').flatMap((image) => (image.kind === 'text' ? [image.text] : [])), ...steps.flatMap(tagsOf)].map(({ text }) => text),
    )
    for (const step of steps) readStep(step, choices, outputs, composing)
    for (const request of distinct(steps.slice(0, mostSteps).flatMap((step) => stepBuilds(step, choices)))) declareBuild(composing, request)
  }
}

/** Steps whose builds are read: Google takes 300 (https://cloud.google.com/build/quotas). */
const mostSteps = 1_000

const builtHere: Skip = { code: 'built-here', message: 'this build makes the image' }

function readStep(step: Tree, choices: Choices, outputs: ReadonlySet<string>, { uses }: Composing): void {
  const name = textAt(step, 'name')
  if (name === null) return
  if (outputs.has(name.text)) return uses.skip(name, placeOf('container'), builtHere)
  const isOutput = outputs.has(expandKnown(name, substitutionForm, choices).text)
  addChoice(uses, name, substitutionForm, choices, placeOf('container'), isOutput ? builtHere : null)
}
