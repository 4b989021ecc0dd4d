/** Bitbucket Pipelines (https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { pipelineUses } from './uses.ts'

/** `bitbucket-pipelines.yml`, `*-bitbucket-pipelines.yml`, `bitbucket-pipelines-*.yml`, the same with `.yaml`. */
export const bitbucketPipelines = yamlFormat({
  id: 'bitbucket-pipelines',
  matches: (path) => /(?:^|\/)(?:[^/]+[._-])?bitbucket-pipelines(?:[._-][^/]*)?\.ya?ml$/.test(path),
  place: /(?<=^|\/)bitbucket-pipelines\.ya?ml$/,
  hints: /image|docker|podman|buildah|nerdctl|executor/,
  compose: pipelineUses,
})
