/** The image uses and builds of Drone's pipelines. */
import type { Composing } from '../composing.ts'
import { at, stringAt, type Tree } from '../tree.ts'
import { readWorkflow } from '../woodpecker/uses.ts'

/** Pipelines whose steps run on the machine itself. */
const withoutContainers = new Set(['exec', 'ssh', 'macstadium'])

/** Writes the images of steps and services of each pipeline that runs in containers, and of pipelines from before version 1.0, which have no kind. */
export function pipelineUses(composing: Composing): void {
  for (const document of composing.documents) {
    const isPipeline = stringAt(document, 'kind') === 'pipeline' && !withoutContainers.has(stringAt(document, 'type'))
    if (isPipeline || (at(document, 'kind') === null && at(document, 'pipeline') !== null)) readWorkflow(document, platformOf(document), composing)
  }
}

/** `platform` with `os` and `arch` (https://docs.drone.io/pipeline/docker/syntax/platform/): what the file does not say is Linux. */
function platformOf(document: Tree): string | null {
  const [os = 'linux', arch = '', variant = ''] = ['os', 'arch', 'variant']
    .map((key) => stringAt(document, 'platform', key))
    .map((text) => (text === '' ? undefined : text))
  return arch === '' ? null : [os, arch, ...(variant === '' ? [] : [variant])].join('/')
}
