/** Compose files (https://github.com/compose-spec/compose-spec/blob/main/spec.md). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { composeUses } from './uses.ts'

/** `compose*.yml`, `docker-compose*.yml`, the same with `.yaml`. */
export const compose = yamlFormat({
  id: 'compose',
  matches: (path) => /^(?:docker-)?compose[^/]*\.ya?ml$/.test(path.slice(path.lastIndexOf('/') + 1)),
  hints: /image|build/,
  compose: composeUses,
})
