/** Quadlet units of Podman (https://docs.podman.io/en/latest/markdown/podman-systemd.unit.5.html). */
import { isUtf8 } from 'node:buffer'
import type { DeclaredBuild } from '../../domain/repo/declared-build.ts'
import type { FileFormat } from '../file-format.ts'
import { Refusal, refusedUse } from '../refusal.ts'
import { longestTree } from '../tree-format.ts'
import { UseReader } from '../use-reader.ts'
import { readUnit } from './unit.ts'
import { unitUses } from './uses.ts'

const id = 'quadlet'

/** The section of a unit that can name an image. Other files have such names as well. */
const section = /^(?:\xef\xbb\xbf)?[ \t]*\[(?:Container|Image|Volume|Build)\][ \t]*\r?$/m

/** `*.container`, `*.image`, `*.volume`, `*.build`, and what is dropped in beside them (`*.container.d/*.conf`); templates of these. */
export const quadlet: FileFormat = {
  id,
  matches: (path) => /\.(?:container|image|volume|build)(?:\.d\/[^/]+\.conf)?(?:\.(?:j2|jinja2?|tmpl|tpl))?$/.test(path),
  isGuess: false,
  isBuilt: false,
  isRisky: false,
  companionNames: [],
  packageSteps: null,
  mayHold: (bytes) => section.test(latin1(bytes)),
  read: (file) => {
    const { bytes, path } = file
    if (bytes.length > longestTree)
      return { uses: [refusedUse(id, file, new Refusal(`the file is larger than ${longestTree} bytes`, 0, 'too-large', 'container'))], builds: [] }
    const uses = new UseReader(id, file)
    const builds: DeclaredBuild[] = []
    unitUses(readUnit(latin1(bytes)), {
      file: { path, bytes },
      documents: [],
      surroundings: { companions: [], builds: [] },
      uses,
      declare: (build) => builds.push(build),
    })
    if (!isUtf8(bytes)) uses.skipAll({ code: 'not-utf8', message: 'the file is not UTF-8 text' })
    return { uses: uses.uses(), builds }
  },
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
