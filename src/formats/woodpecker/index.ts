/** Workflows of Woodpecker (https://woodpecker-ci.org/docs/usage/workflow-syntax), and of Crow, which reads the same. */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { workflowUses } from './uses.ts'

/** `.woodpecker.yml`, `.woodpecker-*.yml`, YAML below `.woodpecker`, the same for `.crow` and with `.yaml`. */
export const woodpecker = yamlFormat({
  id: 'woodpecker',
  matches: (path) => /(?:^|\/)\.(?:woodpecker|crow)(?:[._-][^/]*)?(?:\/.+)?\.ya?ml$/.test(path),
  place: /(?<=^|\/)\.(?:woodpecker|crow)[^/]*(?:\/|$)/,
  hints: /image|docker|podman|buildah|nerdctl|executor/,
  compose: workflowUses,
})
