/** Development containers (https://containers.dev/implementors/json_reference/). */
import { jsonFormat } from '../json/json-format.ts'
import { devcontainerUses } from './uses.ts'

/** `.devcontainer/devcontainer.json`, `.devcontainer/<folder>/devcontainer.json`, `.devcontainer.json`. */
export const devcontainer = jsonFormat({
  id: 'devcontainer',
  matches: (path) => /(?:^|\/)\.?devcontainer\.json$/.test(path),
  hints: /image|build|docker/i,
  compose: devcontainerUses,
})
