/** Compose files (https://github.com/compose-spec/compose-spec/blob/main/spec.md). */
import { templated } from '../templated.ts'
import { yamlFormat } from '../yaml/yaml-format.ts'
import { composeUses } from './uses.ts'

const named = /^(?:(?:.*[-_.])?compose(?:[-_.].*)?|(?:docker-)?compose.*|docker-stack.*|stack)\.ya?ml$/i

/** `compose*.yml`, `docker-compose*.yml`, `docker-stack*.yml`, `stack.yml` and what people make of these names, the same with `.yaml`; not workflows of that name. */
export const compose = templated(
  yamlFormat({
    id: 'compose',
    matches: (path) => named.test(path.slice(path.lastIndexOf('/') + 1)) && !/(?:^|\/)\.(?:github|gitea|forgejo)\//.test(path),
    companionNames: ['.env'],
    hints: /image|build/,
    compose: composeUses,
  }),
)
