/** needs-workflows-permission: GitHub lets no app without that permission change a workflow file, and a commit that holds one change of such a file is refused whole. */
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

const folder = '.github/workflows/'

export const needsWorkflowsPermission: Rule<UseFacts> = {
  name: 'needs-workflows-permission',
  judge: ({ repo, use }) => {
    const file = use.edits.find((edit) => edit.file.startsWith(folder))?.file
    if (repo === null || repo.mayWriteWorkflows || file === undefined) return null
    return {
      verdict: 'skip',
      text: `the app may not change workflow files, and ${file} would have to; accept its new permission "workflows: write" in the settings of the installation`,
      values: { file },
    }
  },
}
