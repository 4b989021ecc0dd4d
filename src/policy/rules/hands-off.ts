/** hands-off: a person committed on our branch, which is theirs from then on. */
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const handsOff: Rule<UseFacts> = {
  name: 'hands-off',
  judge: ({ isHandsOff }) =>
    isHandsOff
      ? {
          verdict: 'hold',
          text: 'a person committed on our branch, so it is theirs; we go on when its pull request is merged or closed',
          values: { isHandsOff: true },
        }
      : null,
}
