/** Pipelines of Drone (https://docs.drone.io/pipeline/overview/). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { pipelineUses } from './uses.ts'

/** `.drone.yml`, `.drone-*.yml`, YAML below `.drone`, the same with `.yaml`. Jsonnet and Starlark are programs, and not read. */
export const drone = yamlFormat({
  id: 'drone',
  matches: (path) => /(?:^|\/)\.drone(?:[._-][^/]*)?(?:\/.+)?\.ya?ml$/.test(path),
  place: /(?<=^|\/)\.drone[^/]*(?:\/|$)/,
  hints: /image|docker|podman|buildah|nerdctl|executor/,
  compose: pipelineUses,
})
