/** Dockerfiles, read as BuildKit reads them: the truth is what `docker build` would do with the file. */
import { isUtf8 } from 'node:buffer'
import { alone } from '../../domain/repo/file-reading.ts'
import type { FileFormat } from '../file-format.ts'
import { packageSteps } from './package-steps.ts'
import { Refusal, refusedUse } from '../refusal.ts'
import { imageUsesOf } from './uses.ts'

const largest = 256 * 1024
const named = /^(?:(?:dockerfile|containerfile)(?:\..+)?|.+\.(?:dockerfile|containerfile))$/i
const isAbout = /\.(?:dockerignore|containerignore|md|markdown|rst|adoc)$/i

/** `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, the same for `Containerfile`, in any case; not what is written about them. */
export const dockerfile: FileFormat = {
  id: 'dockerfile',
  matches: (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return named.test(name) && !isAbout.test(name)
  },
  packageSteps: (bytes) => (bytes.length > largest ? { upgradesAll: false, names: [] } : packageSteps(bytes)),
  isGuess: false,
  isBuilt: true,
  isRisky: false,
  companionNames: [],
  mayHold: () => true,
  read: (file, { builds } = alone) => {
    const { bytes } = file
    try {
      if (bytes.length > largest) throw new Refusal(`the file is larger than ${largest} bytes`, 0, 'too-large')
      const uses = imageUsesOf(file, builds)
      const readable = isUtf8(bytes)
        ? uses
        : uses.map((use) => ({ ...use, edits: [], skip: use.skip ?? { code: 'not-utf8' as const, message: 'the file is not UTF-8 text' } }))
      return { uses: readable, builds: [] }
    } catch (error) {
      if (error instanceof Refusal) return { uses: [refusedUse('dockerfile', file, error)], builds: [] }
      throw error
    }
  },
}
