/** hands-off: a person committed on our branch or opened a pull request from it, which are theirs from then on. */
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const handsOff: Rule<UseFacts> = {
  name: 'hands-off',
  judge: ({ isHandsOff }) =>
    isHandsOff
      ? {
          verdict: 'hold',
          text: 'a person committed on our branch or opened a pull request from it, so it is theirs; we go on when that pull request is merged or closed, on another branch if theirs is still there',
          values: { isHandsOff: true },
        }
      : null,
}
