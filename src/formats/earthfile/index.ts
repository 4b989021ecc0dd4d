/** Earthfiles (https://docs.earthly.dev/docs/earthfile). */
import type { FileFormat } from '../file-format.ts'

/** `Earthfile`, `*.earth`. */
export const earthfile: FileFormat = {
  id: 'earthfile',
  matches: (path) => /(?:^|\/)(?:Earthfile|[^/]+\.(?:earth|Earthfile))$/.test(path),
  isGuess: false,
  isBuilt: false,
  isRisky: false,
  companionNames: [],
  packageSteps: null,
  mayHold: () => false,
  read: () => ({ uses: [], builds: [] }),
}
