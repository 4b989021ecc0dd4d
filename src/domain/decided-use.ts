/** Decided uses: an image use with its decision and the update that would carry it. */
import type { Decision } from './decision.ts'
import type { ImageUse } from './repo/image-use.ts'
import type { UpdateKey } from './update.ts'

export type DecidedUse = {
  readonly use: ImageUse
  /** The update that would carry it; null where the use follows no tag. */
  readonly key: UpdateKey | null
  readonly decision: Decision
}
