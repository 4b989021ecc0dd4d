/** Skaffold (https://skaffold.dev/docs/references/yaml/). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { skaffoldUses } from './uses.ts'

/** `skaffold*.yaml`, `*.skaffold.yaml`, the same with `.yml`. */
export const skaffold = yamlFormat({
  id: 'skaffold',
  matches: (path) => /(?:^|\/)(?:[^/]+[._-])?skaffold(?:[._-][^/]*)?\.ya?ml$/.test(path),
  hints: /skaffold\//,
  compose: skaffoldUses,
})
