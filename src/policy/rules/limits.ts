/** limits: the update is ready and waits for a place, since as many pull requests as may be are open or were opened. Asked once the deliverer has been refused one. */
import type { Update } from '../../domain/update.ts'
import type { Rule } from '../rule.ts'
import { minute } from '../words.ts'

const full = {
  openPerRepo: (most: number) => `${most} pull requests may be open in this repo at once (\`limits.openPullRequests\`), and as many are`,
  perRepoAndHour: (most: number) => `${most} pull requests an hour may be opened in this repo (\`limits.pullRequestsPerHour\`), and as many were`,
  perInstallationAndHour: (most: number) => `${most} pull requests an hour may be opened by this installation, and as many were`,
}

export const limits: Rule<Pick<Update, 'state' | 'heldBy' | 'heldUntil'>> = {
  name: 'limits',
  judge: ({ state, heldBy, heldUntil }) => {
    if (state !== 'held' || heldBy === null) return null
    const { limit, most } = heldBy
    const next = heldUntil === null ? 'it is opened when there is room' : `it is tried again at ${minute(heldUntil)}`
    return {
      verdict: 'hold',
      text: `${full[limit](most)}; ${next}`,
      values: { limit, most, until: heldUntil?.toISOString() ?? null },
      ...(heldUntil === null ? {} : { until: heldUntil }),
    }
  },
}
