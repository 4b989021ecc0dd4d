/** CircleCI (https://circleci.com/docs/configuration-reference/). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { configUses } from './uses.ts'

/** `.circleci/config.yml` and every other YAML file below `.circleci`. */
export const circleci = yamlFormat({
  id: 'circleci',
  matches: (path) => /(?:^|\/)\.circleci\/.+\.ya?ml$/.test(path),
  place: /(?<=^|\/)\.circleci\//,
  hints: /docker|podman|buildah|nerdctl|executor/,
  compose: configUses,
})
