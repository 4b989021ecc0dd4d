/** Azure Pipelines (https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/). */
import { yamlFormat } from '../yaml/yaml-format.ts'

/** `azure-pipelines*.yml`, and YAML below `.azure-pipelines`, `azure-pipelines`, `.azuredevops`, `.pipelines` and `eng/pipelines`. */
export const azurePipelines = yamlFormat({
  id: 'azure-pipelines',
  matches: (path) => /(?:^|\/)(?:\.?azure-pipelines?[^/]*|(?:\.?azure-pipelines|\.azuredevops|\.pipelines|eng\/pipelines)\/.+)\.ya?ml$/.test(path),
  hints: /container|image|docker/i,
  compose: () => undefined,
})
