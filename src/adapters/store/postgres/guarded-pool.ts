/** Every query of the stores passes here: parameters are made storable, 64-bit integers become numbers, and failures become faults. */
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { type CustomTypesConfig, type Pool, type PoolClient, types as pgTypes } from 'pg'
import { isFault } from '../../../domain/fault.ts'
import { databaseFault } from './database-fault.ts'
import { storable } from './storable.ts'

const int8 = 20

/** GitHub's ids, fences and counts all fit a double; anything else is a bug. */
function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not a safe integer`)
  return value
}

const types: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 && format !== 'binary' ? parseInt8 : pgTypes.getTypeParser(oid, format as 'text')) as typeof pgTypes.getTypeParser,
}

/** `pool` for Kysely. Raises `transient` (down, overloaded, read-only, cut off) and `unauthorized`; other errors pass through as the bugs they are. */
export function guardedPool(pool: Pool): PostgresPool {
  const asFault = (error: unknown) => databaseFault(error, pool.options) ?? error
  return {
    connect: async () => {
      try {
        return guardedClient(await pool.connect(), asFault)
      } catch (error) {
        throw asFault(error)
      }
    },
    end: () => pool.end(),
  }
}

function guardedClient(client: PoolClient, asFault: (error: unknown) => unknown): PostgresPoolClient {
  let broken = false
  const query = async (text: string, parameters: readonly unknown[]) => {
    try {
      return await client.query({ text, values: parameters.map(storable), types })
    } catch (error) {
      const thrown = asFault(error)
      broken ||= isFault(thrown)
      throw thrown
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'] & ((sql: string, parameters: readonly unknown[]) => Promise<PostgresQueryResult<unknown>>),
    release: () => client.release(broken),
  }
}
