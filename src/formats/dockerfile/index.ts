/** Dockerfiles, read as BuildKit reads them: the truth is what `docker build` would do with the file. */
import { isUtf8 } from 'node:buffer'
import { alone, type FileReading } from '../../domain/repo/file-reading.ts'
import type { FileFormat } from '../file-format.ts'
import { dockerfileName } from './names.ts'
import { packageSteps } from './package-steps.ts'
import { Refusal, refusedUse } from '../refusal.ts'
import { imageUsesOf } from './uses.ts'

const largest = 256 * 1024
/** A line that begins like a FROM or a directive for the frontend. */
const mayBuild = /^(?:\xef\xbb\xbf)?[ \t]*from[ \t]|^(?:#|\/\/)[ \t]*syntax[ \t]*=|^\{|^(?:\xff\xfe|\xfe\xff)/im
const nothing: FileReading = { uses: [], builds: [] }

/** `Dockerfile`, `Containerfile`, the same with more behind `.`, `-` or `_`, `*.dockerfile`, in any case, and templates of these; not what is written about them. */
export const dockerfile: FileFormat = {
  id: 'dockerfile',
  matches: (path) => dockerfileName(path) !== null,
  packageSteps: (bytes) => (bytes.length > largest ? { upgradesAll: false, names: [] } : packageSteps(bytes)),
  isGuess: false,
  isBuilt: true,
  isRisky: false,
  companionNames: [],
  mayHold: () => true,
  read: (file, { builds } = alone) => {
    const { bytes } = file
    const name = dockerfileName(file.path)
    try {
      if (bytes.length > largest) throw new Refusal(`the file is larger than ${largest} bytes`, 0, 'too-large')
      if (name !== 'sure' && !mayBuild.test(latin1(bytes))) return nothing
      const uses = imageUsesOf(file, builds, name === 'template')
      const readable = isUtf8(bytes)
        ? uses
        : uses.map((use) => ({ ...use, edits: [], skip: use.skip ?? { code: 'not-utf8' as const, message: 'the file is not UTF-8 text' } }))
      return { uses: readable, builds: [] }
    } catch (error) {
      if (error instanceof Refusal && name === 'source') return nothing
      if (error instanceof Refusal) return { uses: [refusedUse('dockerfile', file, error)], builds: [] }
      throw error
    }
  },
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
