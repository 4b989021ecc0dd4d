/** Lists of tags, as registries gave them, by scope. */
import type { Scope } from '../domain/image/scope.ts'
import type { FaultNote } from './observation-store.ts'

/** The list of the tags of one image, as one scope sees it. */
export type TagList = {
  /** In the registry's order; null where no list was ever had. */
  readonly tags: readonly string[] | null
  /** When the registry was last asked, whatever it answered. */
  readonly askedAt: Date
  /** What the last question failed with, or null; the tags are those of the last list that was had. */
  readonly fault: FaultNote | null
}

export interface TagListStore {
  /** Null where nobody asked yet. */
  list(scope: Scope, imageName: string): Promise<TagList | null>
  /** Takes the place of the list of before, and of its fault. */
  saveList(scope: Scope, imageName: string, tags: readonly string[], at: Date): Promise<void>
  /** Notes what a question failed with; the tags of before stay. */
  noteListFault(scope: Scope, imageName: string, fault: FaultNote, at: Date): Promise<void>
}

/** Names the list in due work. Equal lists give equal text. */
export function formatListKey({ scope, imageName }: { readonly scope: Scope; readonly imageName: string }): string {
  return `${scope} ${imageName}`
}

/** The inverse of `formatListKey`. Throws on text that it did not print. */
export function parseListKey(text: string): { readonly scope: Scope; readonly imageName: string } {
  const [scope = '', imageName = '', ...more] = text.split(' ')
  if (scope === '' || imageName === '' || more.length > 0) throw new Error(`not the key of a list of tags: ${text}`)
  return { scope, imageName }
}
