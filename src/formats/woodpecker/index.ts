/** Workflows of Woodpecker (https://woodpecker-ci.org/docs/usage/workflow-syntax). */
import { yamlFormat } from '../yaml/yaml-format.ts'

/** `.woodpecker.yml`, `.woodpecker.yaml`, and YAML below `.woodpecker`. */
export const woodpecker = yamlFormat({
  id: 'woodpecker',
  matches: (path) => /(?:^|\/)\.woodpecker(?:[.-][^/]*)?(?:\/.+)?\.ya?ml$/.test(path),
  hints: /image/,
  compose: () => undefined,
})
