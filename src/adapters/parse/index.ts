/** The port `UntrustedParse` on forked children. What they do with a task stands in the script that the composition root gives. */
import { Fault } from '../../domain/fault.ts'
import type { RpmFiles, RpmRead } from '../../domain/package/rpm-database.ts'
import type { FileReading, RepoText, Surroundings } from '../../domain/repo/file-reading.ts'
import type { PolicySurroundings, ReadPolicy } from '../../domain/repo/policy.ts'
import type { UntrustedParse } from '../../ports/untrusted-parse.ts'
import { createParsePool, type PoolOptions } from './pool.ts'

/** A task as it goes to the child: a file with what is around it, a policy file, or an rpm database. */
export type ParseTask =
  | { readonly kind: 'file'; readonly format: string; readonly file: RepoText; readonly surroundings: Surroundings }
  | { readonly kind: 'policy'; readonly bytes: Uint8Array; readonly surroundings: PolicySurroundings }
  | { readonly kind: 'rpm-database'; readonly files: RpmFiles }

/** One is enough: most images have no such database, and its reading takes some 100 ms. Few wait, since each holds its bytes meanwhile. */
const databaseBounds = { children: 1, memoryMb: 256, timeoutMs: 20_000, queueLength: 16 } as const
const longestDatabase = 128 * 1024 * 1024

/** `UntrustedParse` on two pools of its own, the second one for databases, which need more room and time than files do. The children are those of `options.script`, which answer `ParseTask`s. */
export function createParse(options: PoolOptions): UntrustedParse {
  const pool = createParsePool(options)
  const databases = createParsePool({ ...options, ...databaseBounds })
  return {
    read: async (format, file, surroundings) => (await pool.run({ kind: 'file', format, file, surroundings } satisfies ParseTask)) as FileReading,
    policy: async (bytes, surroundings = {}) => (await pool.run({ kind: 'policy', bytes, surroundings } satisfies ParseTask)) as ReadPolicy,
    rpmDatabase: async (files) => {
      const length = files.main.length + (files.kind === 'sqlite' ? (files.wal?.length ?? 0) : 0)
      if (length > longestDatabase) throw new Fault('invalid', `the rpm database has ${length} bytes, more than ${longestDatabase}`)
      return (await databases.run({ kind: 'rpm-database', files } satisfies ParseTask)) as RpmRead
    },
    close: async () => {
      await Promise.all([pool.close(), databases.close()])
    },
  }
}
