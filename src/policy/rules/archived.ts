/** archived: GitHub takes no writes to an archived repo. */
import type { Repo } from '../../domain/repo/repo.ts'
import type { Rule } from '../rule.ts'

export const archived: Rule<{ readonly repo: Pick<Repo, 'isArchived'> | null }> = {
  name: 'archived',
  judge: ({ repo }) =>
    repo?.isArchived === true ? { verdict: 'skip', text: 'the repo is archived, so nothing can be proposed in it', values: { isArchived: true } } : null,
}
