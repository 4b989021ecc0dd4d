/** Pipelines of Drone (https://docs.drone.io/pipeline/overview/). */
import { yamlFormat } from '../yaml/yaml-format.ts'

/** `.drone.yml`, `.drone-*.yml`, YAML below `.drone`, the same with `.yaml`. */
export const drone = yamlFormat({
  id: 'drone',
  matches: (path) => /(?:^|\/)\.drone(?:[._-][^/]*)?(?:\/.+)?\.ya?ml$/.test(path),
  hints: /image/,
  compose: () => undefined,
})
