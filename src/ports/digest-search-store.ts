/** Searches for the tag of a digest that files name without one: how far each has come. */
import type { Digest } from '../domain/image/digest.ts'
import type { Scope } from '../domain/image/scope.ts'

export type DigestSearch = {
  readonly askedAt: Date
  /** Tags that were asked and did not show it. */
  readonly asked: readonly string[]
  /** Nothing more is asked. */
  readonly isOver: boolean
}

export interface DigestSearchStore {
  /** Null where nobody searched yet. */
  search(scope: Scope, imageName: string, digest: Digest): Promise<DigestSearch | null>
  /** Takes the place of what stood there. */
  saveSearch(scope: Scope, imageName: string, digest: Digest, search: DigestSearch): Promise<void>
}
