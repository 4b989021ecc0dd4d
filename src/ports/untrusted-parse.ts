/** Parsing what strangers wrote, where a crash or an endless loop costs a child process and nothing else. */
import type { RpmFiles, RpmRead } from '../domain/package/rpm-database.ts'
import type { FileReading, RepoText, Surroundings } from '../domain/repo/file-reading.ts'
import type { PolicySurroundings, ReadPolicy } from '../domain/repo/policy.ts'

/** All methods are bounded in bytes, memory and time; past the bounds, or when the parser dies, they raise the fault `invalid`. */
export interface UntrustedParse {
  /** What one file says in the format of that name. A file the format cannot read gives one use with a `skip`. */
  read(format: string, file: RepoText, surroundings: Surroundings): Promise<FileReading>
  /** A policy file over the one that it extends and the defaults; without the one that it extends the answer is that it is wanted. */
  policy(bytes: Uint8Array, surroundings?: PolicySurroundings): Promise<ReadPolicy>
  /** The packages of an rpm database of at most 128 MiB; damage to the database stands in `unseen`. */
  rpmDatabase(files: RpmFiles): Promise<RpmRead>
  /** Ends the children. */
  close(): Promise<void>
}
