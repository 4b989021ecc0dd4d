/** Kubernetes objects (https://kubernetes.io/docs/concepts/overview/working-with-objects), in files of any name: also those of Tekton, Argo, Knative, Flux and other operators. */
import type { FileReading, RepoText, Surroundings } from '../../domain/repo/file-reading.ts'
import type { ImageUse } from '../../domain/repo/image-use.ts'
import type { FileFormat } from '../file-format.ts'
import { yamlFormat } from '../yaml/yaml-format.ts'
import { withoutActions } from './template.ts'
import { kubernetesUses } from './uses.ts'

/** What names an image: keys that end so, and those of charts, bundles and packages. */
const keys = String.raw`(?:(?:[iI]mage|IMAGE)(?:[nN]ame|NAME|s)?|repository|bundle|package|RELATED_IMAGE_\w{0,99}|DockerImage|reference|values\w{0,9})["']?[ \t]{0,99}(?::|[\r\n])`

/** Schemas of custom resources are long, name no image, and often stand beside what does. */
const noSchema = String.raw`(?![^]*(?:^|\n)kind:[ \t]*["']?CustomResourceDefinition)`

const objects = yamlFormat({
  id: 'kubernetes',
  matches: (path) => /\.ya?ml$/.test(path),
  isGuess: true,
  hints: new RegExp(String.raw`^${noSchema}(?=[^]*kind["']?[ \t]*:)[^]*${keys}`),
  compose: kubernetesUses,
})

const somewhere = new RegExp(String.raw`^(?=[^]*kind["']?[ \t]*:)[^]*${keys}`)

/** Any YAML file; one that is no YAML because it is a template is read with its actions blanked out. */
export const kubernetes: FileFormat = {
  ...objects,
  mayHold: (bytes) => somewhere.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')),
  read: (file, surroundings): FileReading => {
    const text = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
    const isTemplate = text.includes('{{')
    if (isTemplate && /(?:^|\/)templates\//.test(file.path)) return withoutHoles(file, text, surroundings)
    const reading = objects.read(file, surroundings)
    if (!isTemplate || !reading.uses.some(({ skip }) => skip?.code === 'template' || skip?.code === 'invalid-syntax')) return reading
    const blanked = withoutHoles(file, text, surroundings)
    return known(blanked) < known(reading) ? reading : blanked
  },
}

function withoutHoles({ path }: RepoText, text: Buffer, surroundings: Surroundings): FileReading {
  const blanked = objects.read({ path, bytes: Buffer.from(withoutActions(text.toString('latin1')), 'latin1') }, surroundings)
  return { ...blanked, uses: blanked.uses.map((use) => asWritten(use, text)) }
}

/** Of how many uses the reading says more than that they are skipped. */
const known = ({ uses }: FileReading): number => uses.filter(({ reference }) => reference !== null).length

function asWritten(use: ImageUse, text: Buffer): ImageUse {
  const written = { ...use, text: text.toString('utf8', ...use.span) }
  if (use.skip?.code !== 'invalid-syntax') return written
  return { ...written, skip: { code: 'template', message: 'it is a template, and what stands there is known only when it is filled in' } }
}
