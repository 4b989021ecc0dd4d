/** The table of feeds. A new one is a folder with `index`, `fetch`, `parse` and `schema`, and a row here. */
import type { Feed } from './feed.ts'

/** By name. */
export const feeds: readonly Feed[] = []
