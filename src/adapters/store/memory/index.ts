/** Stores in memory, for commands that need no database. */
export { createMemoryDueWorkStore } from './due-work.ts'
export { createMemoryObservationStore } from './observations.ts'
