/** fork: a fork gets its updates from the repo it was forked from, unless its people say otherwise. */
import type { Policy } from '../../domain/repo/policy.ts'
import type { Repo } from '../../domain/repo/repo.ts'
import type { Rule } from '../rule.ts'

export const fork: Rule<{ readonly repo: Pick<Repo, 'isFork'> | null; readonly policy: Policy }> = {
  name: 'fork',
  judge: ({ repo, policy }) =>
    repo?.isFork === true && !policy.includeForks
      ? {
          verdict: 'skip',
          text: 'the repo is a fork; `includeForks: true` in the policy file lets it take part',
          values: { isFork: true, includeForks: false },
        }
      : null,
}
