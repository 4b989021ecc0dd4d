/** Helm charts: their values (https://helm.sh/docs/chart_template_guide/values_files) and what `Chart.yaml` lists. */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { helmUses } from './uses.ts'

/** `values*.yaml`, `*values.yaml` and `Chart.yaml`, the same with `.yml`. What a chart's `templates/` hold are Kubernetes objects. */
export const helm = yamlFormat({
  id: 'helm',
  matches: (path) => !/(?:^|\/)templates\//.test(path) && /(?:^|\/)(?:values[^/]*|[^/]*values|Chart)\.ya?ml$/.test(path),
  hints: /[iI]mage|repo|digest|tag/,
  compose: helmUses,
})
