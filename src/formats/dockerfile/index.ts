/** Dockerfiles, read as BuildKit reads them: the truth is what `docker build` would do with the file. */
import { isUtf8 } from 'node:buffer'
import type { ImageUse } from '../../domain/repo/image-use.ts'
import type { FileFormat } from '../file-format.ts'
import { packageSteps } from './package-steps.ts'
import { Refusal } from './refusal.ts'
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
  imageUses: (file, bytes) => {
    try {
      if (bytes.length > largest) throw new Refusal(`the file is larger than ${largest} bytes`, 0, 'too-large')
      const uses = imageUsesOf(file, bytes)
      return isUtf8(bytes) ? uses : uses.map((use) => ({ ...use, edits: [], skip: use.skip ?? { code: 'not-utf8', message: 'the file is not UTF-8 text' } }))
    } catch (error) {
      if (error instanceof Refusal) return [refusedUse(file, bytes, error)]
      throw error
    }
  },
}

/** The one use that stands for a file that cannot be read, at the line that shows it. */
function refusedUse(file: string, bytes: Uint8Array, refusal: Refusal): ImageUse {
  const isText = refusal.skip.code === 'too-large' || isUtf8(bytes)
  const skip = isText ? refusal.skip : ({ code: 'not-utf8', message: 'the file is not UTF-8 text' } as const)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = skip.code === 'too-large' ? 0 : refusal.at
  const feed = text.indexOf('\n', at)
  const lineEnd = feed < 0 ? text.length : feed
  const end = skip.code === 'too-large' ? 0 : text[lineEnd - 1] === 0x0d && lineEnd > at ? lineEnd - 1 : lineEnd
  return {
    file,
    line: text.subarray(0, at).toString('latin1').split('\n').length,
    span: [at, end],
    format: 'dockerfile',
    role: refusal.role,
    stage: null,
    inFinal: false,
    text: text.toString('utf8', at, end),
    reference: null,
    platform: null,
    tagFromArgument: false,
    edits: [],
    skip,
  }
}
