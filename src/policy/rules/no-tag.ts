/** no-tag: a digest alone follows nothing, so there is nothing newer that it could be moved to. */
import type { UseFacts } from '../facts.ts'
import type { Rule } from '../rule.ts'

export const noTag: Rule<UseFacts> = {
  name: 'no-tag',
  judge: ({ carrier, use: { reference } }) =>
    carrier === null && reference !== null && reference.tag === null && reference.digest !== null
      ? {
          verdict: 'skip',
          text: `nothing says which tag this digest follows; write it as ${reference.spelling}:<tag>@<digest>`,
          values: { digest: reference.digest },
        }
      : null,
}
