/** The port `UntrustedParse` on forked children. What they do with a task stands in the script that the composition root gives. */
import type { ImageUse } from '../../domain/repo/image-use.ts'
import type { ReadPolicy } from '../../domain/repo/policy.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import { createParsePool, type PoolOptions } from './pool.ts'

/** A task as it goes to the child: several files of one format in one message, or a policy file. */
export type ParseTask =
  | { readonly kind: 'image-uses'; readonly files: readonly { readonly format: string; readonly path: string; readonly bytes: Uint8Array }[] }
  | { readonly kind: 'policy'; readonly bytes: Uint8Array }

/** `UntrustedParse` on a pool of its own. The children are those of `options.script`, which answer `ParseTask`s. */
export function createParse(options: PoolOptions): UntrustedParse {
  const pool = createParsePool(options)
  return {
    imageUses: async (format, path, bytes) => {
      const task: ParseTask = { kind: 'image-uses', files: [{ format, path, bytes }] }
      const [uses] = (await pool.run(task)) as readonly (readonly ImageUse[])[]
      return uses ?? []
    },
    policy: async (bytes) => (await pool.run({ kind: 'policy', bytes } satisfies ParseTask)) as ReadPolicy,
    close: () => pool.close(),
  }
}
