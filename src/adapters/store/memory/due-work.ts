/** Due work in memory, for commands that end before anything is due again. */
import type { Claim, Work } from '../../../domain/due-work.ts'
import type { DueWorkStore } from '../../../ports/due-work-store.ts'

/** `againAt` is what was scheduled while the work was held; `leaseUntil` (ms) is not null from claim to finish or retry. */
type Row = Omit<Work, 'dueAt'> & {
  readonly dueAt: Date | null
  readonly againAt: Date | null
  readonly attempts: number
  readonly leaseUntil: number | null
  readonly fence: number
  readonly problem: string | null
}

/** An empty store; `now` (ms) is the clock that leases run on. Raises no faults. */
export function createMemoryDueWorkStore(now: () => number = Date.now): DueWorkStore {
  const rows = new Map<string, Row>()
  let newestFence = 0
  const idOf = ({ kind, key }: Pick<Work, 'kind' | 'key'>) => `${kind} ${key}`
  const put = (row: Row) => rows.set(idOf(row), row)
  const isFree = (row: Row, asOf: Date) => row.dueAt !== null && row.dueAt <= asOf && (row.leaseUntil === null || row.leaseUntil < now())
  const dueRows = (asOf: Date) =>
    [...rows.values()].filter((row) => isFree(row, asOf)).sort((a, b) => (a.dueAt?.getTime() ?? 0) - (b.dueAt?.getTime() ?? 0) || (a.key < b.key ? -1 : 1))
  const changeHeld = (claim: Claim, change: (row: Row) => Partial<Row>) => {
    const row = rows.get(idOf(claim))
    if (row === undefined || row.fence !== claim.fence || row.leaseUntil === null) return false
    put({ ...row, ...change(row) })
    return true
  }
  return {
    async schedule(work) {
      for (const { kind, key, group, dueAt } of work) {
        const row = rows.get(idOf({ kind, key })) ?? { kind, key, group, dueAt: null, againAt: null, attempts: 0, leaseUntil: null, fence: 0, problem: null }
        put(row.leaseUntil === null ? { ...row, group, dueAt: earlier(row.dueAt, dueAt) } : { ...row, group, againAt: earlier(row.againAt, dueAt) })
      }
    },
    async claim(kind, group, { asOf, leaseMs, limit }) {
      const free = dueRows(asOf).filter((row) => row.kind === kind && row.group === group)
      return free.slice(0, limit).map((row) => {
        const attempts = row.attempts + (row.leaseUntil === null ? 0 : 1)
        const problem = row.leaseUntil === null ? row.problem : 'the worker that held it went away'
        const fence = (newestFence += 1)
        put({ ...row, attempts, problem, fence, leaseUntil: now() + leaseMs, againAt: row.againAt !== null && row.againAt > asOf ? row.againAt : null })
        return { kind, key: row.key, fence, attempts }
      })
    },
    renew: async (claim, leaseMs) => changeHeld(claim, () => ({ leaseUntil: now() + leaseMs })),
    finish: async (claim, next) =>
      changeHeld(claim, (row) => ({ dueAt: earlier(row.againAt, next), againAt: null, leaseUntil: null, attempts: 0, problem: null })),
    retry: async (claim, at, problem) =>
      changeHeld(claim, (row) => ({ dueAt: earlier(row.againAt, at), againAt: null, leaseUntil: null, attempts: row.attempts + 1, problem })),
    async due(asOf, limit) {
      const groups = new Map(dueRows(asOf).map(({ kind, group }) => [`${kind} ${group}`, { kind, group }]))
      return [...groups.values()].slice(0, limit)
    },
    async troubled(attempts, limit) {
      const troubled = [...rows.values()].flatMap((row) => (row.attempts < attempts || row.dueAt === null ? [] : [{ ...row, dueAt: row.dueAt }]))
      const worst = troubled.sort((a, b) => b.attempts - a.attempts || a.dueAt.getTime() - b.dueAt.getTime()).slice(0, limit)
      return worst.map(({ kind, key, group, dueAt, attempts, problem }) => ({ kind, key, group, dueAt, attempts, problem: problem ?? '' }))
    },
  }
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}
