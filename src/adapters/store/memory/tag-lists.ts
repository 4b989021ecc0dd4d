/** Lists of tags in memory, for `scan`: gone when the program ends. */
import { formatListKey, type TagList, type TagListStore } from '../../../ports/tag-list-store.ts'

/** An empty store. Raises no faults. */
export function createMemoryTagListStore(): TagListStore {
  const lists = new Map<string, TagList>()
  return {
    list: async (scope, imageName) => lists.get(formatListKey({ scope, imageName })) ?? null,
    async saveList(scope, imageName, tags, askedAt) {
      lists.set(formatListKey({ scope, imageName }), { tags: [...tags], askedAt, fault: null })
    },
    async noteListFault(scope, imageName, fault, askedAt) {
      const key = formatListKey({ scope, imageName })
      lists.set(key, { tags: lists.get(key)?.tags ?? null, askedAt, fault })
    },
  }
}
