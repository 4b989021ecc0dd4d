/** shared-argument: the use shares an ARG, or other bytes, with a use that wants other text there. Writing one would break the other. */
import type { ImageUse } from '../../domain/repo/image-use.ts'
import type { Rule } from '../rule.ts'

/** The first use that wants other text in the same bytes, or that needs what stands there (`stays`), or null. */
export const sharedArgument: Rule<{ readonly rival: (Pick<ImageUse, 'file' | 'line' | 'text'> & { readonly stays: boolean }) | null }> = {
  name: 'shared-argument',
  judge: ({ rival }) =>
    rival === null
      ? null
      : {
          verdict: 'hold',
          text: `its reference shares bytes with ${rival.text} in ${rival.file}:${rival.line}, which is ${rival.stays ? 'to stay as it is' : 'to become something else'}; give each an ARG or a reference of its own`,
          values: { file: rival.file, line: rival.line, text: rival.text },
        },
}
