/** Workflows and actions of GitHub, and of Gitea and Forgejo, which read the same (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax). */
import { yamlFormat } from '../yaml/yaml-format.ts'
import { workflowUses } from './uses.ts'

/** `.github/workflows/*.yml`, `action.yml` wherever it stands, the same with `.yaml`. */
export const githubActions = yamlFormat({
  id: 'github-actions',
  matches: (path) => /(?:^|\/)(?:\.(?:github|gitea|forgejo)\/workflows\/[^/]+|workflow-templates\/[^/]+|action)\.ya?ml$/.test(path),
  place: /(?<=^|\/)\.(?:github|gitea|forgejo)\//,
  hints: /container|services|image|docker|podman|buildah|nerdctl|executor/,
  compose: workflowUses,
})
