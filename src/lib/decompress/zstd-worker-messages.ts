/** What the zstd thread and its parent say to each other: messages, and two shared counters that wake the thread while it blocks. */

/** From the thread: it wants input, here is output, it has read everything, or it gives up. */
export type ZstdSays =
  | { readonly kind: 'more' }
  | { readonly kind: 'out'; readonly bytes: Uint8Array }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string }

/** To the thread, in answer to `more`: a chunk, or null at the end. */
export type ZstdHears = { readonly chunk: Uint8Array | null }

/** The counter of answers to `more`. */
export const heard = 0
/** The counter of outputs that were taken. */
export const taken = 1
