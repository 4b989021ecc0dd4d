/** Kubernetes objects (https://kubernetes.io/docs/concepts/overview/working-with-objects), in files of any name: also those of Tekton, Argo, Knative, Flux and other operators. */
import type { FileFormat } from '../file-format.ts'
import { templated } from '../templated.ts'
import { yamlFormat } from '../yaml/yaml-format.ts'
import { kubernetesUses } from './uses.ts'

/** What names an image: keys that end so, and those of charts, bundles and packages. */
const keys = String.raw`(?:(?:[iI]mage|IMAGE)(?:[nN]ame|NAME|s)?|repository|bundle|package|RELATED_IMAGE_\w{0,99}|DockerImage|reference|values\w{0,9})["']?[ \t]{0,99}(?::|[\r\n])`

/** Schemas of custom resources are long, name no image, and often stand beside what does. */
const noSchema = String.raw`(?![^]*?(?:^|\n)kind:[ \t]*["']?CustomResourceDefinition)`

const objects = yamlFormat({
  id: 'kubernetes',
  matches: (path) => /\.ya?ml$/.test(path),
  isGuess: true,
  hints: new RegExp(String.raw`^${noSchema}(?=[^]*?kind["']?[ \t]*:)[^]*?${keys}`),
  compose: kubernetesUses,
})

const somewhere = new RegExp(String.raw`^(?=[^]*?kind["']?[ \t]*:)[^]*?${keys}`)

/** Any YAML file; one that is no YAML because it is a template is read with its actions blanked out, those of charts in any case. */
export const kubernetes: FileFormat = {
  ...templated(objects, /(?:^|\/)templates\//),
  mayHold: (bytes) => somewhere.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')),
}
