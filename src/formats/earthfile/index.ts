/** Earthfiles (https://docs.earthly.dev/docs/earthfile). */
import { isUtf8 } from 'node:buffer'
import type { DeclaredBuild } from '../../domain/repo/declared-build.ts'
import type { FileFormat } from '../file-format.ts'
import { Refusal, refusedUse } from '../refusal.ts'
import { longestTree } from '../tree-format.ts'
import { UseReader } from '../use-reader.ts'
import { readCommands } from './commands.ts'
import { earthfileUses } from './uses.ts'

const id = 'earthfile'

/** `Earthfile`, `Earthfile.*`, `*.earth`, `*.Earthfile`. */
export const earthfile: FileFormat = {
  id,
  matches: (path) => /(?:^|\/)(?:Earthfile(?:\.[\w-]+)?|[^/]+\.(?:earth|Earthfile))$/.test(path),
  isGuess: false,
  isBuilt: false,
  isRisky: false,
  companionNames: [],
  packageSteps: null,
  mayHold: (bytes) => /FROM|DOCKER/.test(latin1(bytes)),
  read: (file) => {
    if (file.bytes.length > longestTree)
      return { uses: [refusedUse(id, file, new Refusal(`the file is larger than ${longestTree} bytes`, 0, 'too-large'))], builds: [] }
    const uses = new UseReader(id, file)
    const builds: DeclaredBuild[] = []
    const composing = { file, documents: [], surroundings: { companions: [], builds: [] }, uses, declare: (build: DeclaredBuild) => void builds.push(build) }
    earthfileUses(readCommands(latin1(file.bytes)), composing)
    if (!isUtf8(file.bytes)) uses.skipAll({ code: 'not-utf8', message: 'the file is not UTF-8 text' })
    return { uses: uses.uses(), builds }
  },
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
