/** Google Cloud Build (https://cloud.google.com/build/docs/build-config-file-schema). */
import { yamlFormat } from '../yaml/yaml-format.ts'

/** `cloudbuild*.yaml`, `*.cloudbuild.yaml`, the same with `.yml` and `.json`. */
export const cloudBuild = yamlFormat({
  id: 'cloud-build',
  matches: (path) => /(?:^|\/)(?:[^/]*[._-])?cloud-?build(?:[^/]*)?\.(?:ya?ml|json)$/.test(path),
  hints: /steps/,
  compose: () => undefined,
})
