/** Azure Pipelines (https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { pipelineUses } from './uses.ts'

/** `azure-pipelines*.yml`, and YAML below `azure-pipelines`, `.azure-pipelines`, `.azuredevops`, `.pipelines`, `.vsts` and `eng/pipelines`; the same with `.yaml`. */
export const azurePipelines = yamlFormat({
  id: 'azure-pipelines',
  matches: (path) =>
    /(?:^|\/)(?:\.?(?:[^/]+[._-])?azure-?pipelines?[^/]*|(?:\.?azure-pipelines|\.azuredevops|\.azdo|\.pipelines|\.vsts(?:-ci)?|eng\/(?:common\/)?(?:core-)?(?:pipelines|templates[^/]*))\/.+|\.vsts-ci[^/]*)\.ya?ml$/i.test(
      path,
    ),
  hints: /container|services|docker|podman|buildah|nerdctl|executor/i,
  compose: pipelineUses,
})
