/** Pipelines of GitLab (https://docs.gitlab.com/ci/yaml/). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { pipelineUses } from './uses.ts'

/** `.gitlab-ci.yml`, `*.gitlab-ci.yml`, `.gitlab-ci-*.yml`, and what lies below `.gitlab` and `.gitlab-ci` for them to include; the same with `.yaml`. */
export const gitlabCi = yamlFormat({
  id: 'gitlab-ci',
  matches: (path) => /(?:^|\/)(?:[^/]*\.?gitlab-ci(?:[._-][^/]*)?|\.gitlab(?:-ci)?\/(?!agents\/).+)\.ya?ml$/.test(path),
  place: /(?<=^|\/)\.gitlab(?:-ci\.ya?ml$|\/)/,
  hints: /image|services|inputs|docker|podman|buildah|nerdctl|executor/,
  compose: pipelineUses,
})
