/** Bake files in HCL and in JSON (https://docs.docker.com/build/bake/reference/). */
import { readHcl } from '../hcl/read-hcl.ts'
import { readJson } from '../json/read-json.ts'
import { treeFormat } from '../tree-format.ts'
import { bakeUses } from './uses.ts'

/** `docker-bake*.hcl`, `bake.hcl`, `*.bake.hcl`, the same with `.json`. */
export const bake = treeFormat(
  {
    id: 'docker-bake',
    matches: (path) => /(?:^|\/)(?:(?:docker-)?bake(?:[._-][^/]*)?|[^/]+\.(?:docker-)?bake)\.(?:hcl|json)$/.test(path),
    hints: /target/,
    compose: bakeUses,
  },
  false,
  (text, hints, path) => ({ documents: !hints.test(text) ? [] : [path.endsWith('.json') ? readJson(text) : readHcl(text)], broken: [] }),
)
