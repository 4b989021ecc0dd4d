/** Google Cloud Build (https://cloud.google.com/build/docs/build-config-file-schema). */
import { readJson } from '../json/read-json.ts'
import { treeFormat } from '../tree-format.ts'
import { readYaml } from '../yaml/read-documents.ts'
import { buildUses } from './uses.ts'

/** `cloudbuild*.yaml`, `*.cloudbuild.yaml`, YAML below `.cloudbuild`, the same with `.yml` and `.json`. */
export const cloudBuild = treeFormat(
  {
    id: 'cloud-build',
    matches: (path) => /(?:^|\/)(?:(?:[^/]*[._-])?cloud-?build[^/]*|\.cloud-?build\/.+)\.(?:ya?ml|json)$/i.test(path),
    hints: /steps/,
    compose: buildUses,
  },
  true,
  (text, hints, path) =>
    path.endsWith('.json') ? { documents: hints.test(text) ? [readJson(text)] : [], broken: [] } : readYaml(withoutDash(text), hints, path),
)

/** `waitFor: [-]`, which Google's reader takes for a text and YAML has no place for, as a null of the same length. */
function withoutDash(text: string): string {
  return text.replace(/(waitFor:[ \t]*\[)-(?=\])/g, '$1~')
}
