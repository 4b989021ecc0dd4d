/** Stores in memory, for commands that need no database. */
export { createMemoryAdvisoryStore } from './advisories.ts'
export { createMemoryDueWorkStore } from './due-work.ts'
export { createMemoryInventoryStore } from './inventories.ts'
export { createMemoryObservationStore } from './observations.ts'
export { createMemoryTagListStore } from './tag-lists.ts'
