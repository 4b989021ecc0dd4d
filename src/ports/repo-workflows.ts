/** Workflows of repos: starting a build that nobody committed, and finding it again. */
import type { Rebuild } from '../domain/rebuild.ts'
import type { Repo } from '../domain/repo/repo.ts'

/** One run; `status` and `conclusion` are GitHub's words (`completed`, `success`). */
export type WorkflowRun = { readonly id: number; readonly url: string; readonly status: string; readonly conclusion: string | null; readonly createdAt: Date }

/** Faults as in `repo-changes`; `missing` also when the workflow file is not there, `conflict` when it is disabled, `invalid` when it takes no such input. */
export interface RepoWorkflows {
  /** Sends the dispatch once. Gives the run where GitHub names it (`return_run_details`), else null: look it up. */
  dispatch(repo: Repo, rebuild: Rebuild): Promise<WorkflowRun | null>
  /** Runs that this dispatch may have started (same workflow or event, ref, our actor, created since `sentAt` less a minute), oldest first. */
  candidates(repo: Repo, rebuild: Rebuild): Promise<readonly WorkflowRun[]>
  run(repo: Repo, runId: number): Promise<WorkflowRun>
}
