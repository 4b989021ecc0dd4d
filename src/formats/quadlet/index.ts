/** Quadlet units of Podman (https://docs.podman.io/en/latest/markdown/podman-systemd.unit.5.html). */
import type { FileFormat } from '../file-format.ts'

/** `*.container`, `*.image`, `*.volume`, `*.build`, and drop-ins of these. */
export const quadlet: FileFormat = {
  id: 'quadlet',
  matches: (path) => /\.(?:container|image|volume|build)(?:\.d\/[^/]+\.conf)?$/.test(path),
  isGuess: false,
  isBuilt: false,
  isRisky: false,
  companionNames: [],
  packageSteps: null,
  mayHold: () => false,
  read: () => ({ uses: [], builds: [] }),
}
