/** What `inspect`, `match` and `diff` have in common: finding images, looking into them, telling how far the look is, and closing up. */
import { InvalidArgumentError, Option } from 'commander'
import { createInventories } from '../../adapters/inventories/index.ts'
import { createParse } from '../../adapters/parse/index.ts'
import { createMemoryInventoryStore } from '../../adapters/store/memory/index.ts'
import { Fault, isFault } from '../../domain/fault.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import { formatPlatform, parsePlatform, type Platform } from '../../domain/image/platform.ts'
import type { DistroTable } from '../../domain/package/distro.ts'
import { shortened, visible } from '../../lib/visible.ts'
import { readDistroTable } from '../distro-table.ts'
import { findImage } from '../named-image.ts'
import { parseChild } from '../parse-child-path.ts'
import { openRegistryAccess } from '../registry-access.ts'
import { orExplain } from './explain-problem.ts'
import { showLayers } from './progress.ts'

/** How images are named, for the help of each command. */
export const imageHelp = 'a reference (tag or digest), oci:DIR[:TAG] or docker-archive:FILE'

/** What the three commands work with. */
export type Desk = {
  readonly distros: DistroTable
  /** Finds the image that `text` names and looks into it; tells on stderr how far it is. Faults: those of `findImage` and `Inventories.inspect`. */
  readonly inspect: (text: string, platform: Platform | null) => Promise<Inspection>
}

/** Runs a command on a desk that is cleared afterwards; faults and problems become messages and exit codes. */
export function atDesk(run: (desk: Desk) => Promise<void>): Promise<void> {
  return orExplain(async () => {
    const distros = readDistroTable()
    const access = openRegistryAccess()
    const parse = createParse({ script: parseChild, children: 1 })
    // Layers that two images share are read once.
    const layers = createMemoryInventoryStore()
    try {
      await run({
        distros,
        inspect: async (text, platform) => {
          const image = await findImage(access, text)
          const inventories = createInventories({ source: image.source, distros, parse, layers })
          const inspection = await inventories.inspect(image.scope, image.name, image.digest, platform, showLayers(text)).catch(withPlatformHint)
          if (platform === null || isOn(platform, inspection.platform)) return inspection
          // No index was there to choose from.
          throw new Fault('missing', `${text} has no image for ${formatPlatform(platform)}; it has ${formatPlatform(inspection.platform)}`)
        },
      })
    } finally {
      for (const problem of access.problems) console.error(problem)
      await Promise.all([access.http.close(), parse.close()])
    }
  })
}

/** An index without the usual platform names what it has; the person can choose. */
function withPlatformHint(error: unknown): never {
  if (isFault(error) && error.kind === 'missing' && error.message.includes(' has no image for ')) {
    throw new Fault('missing', `${error.message}; choose one with --platform`, { host: error.host, cause: error })
  }
  throw error
}

function isOn(wanted: Platform, platform: Platform): boolean {
  return formatPlatform(wanted.osVersion === null ? { ...platform, osVersion: null } : platform) === formatPlatform(wanted)
}

/** `--platform OS/ARCH[/VARIANT]`. */
export function platformOption(): Option {
  return new Option('--platform <platform>', 'os/architecture[/variant]; without it linux/amd64, else the only one there is').argParser((text): Platform => {
    const platform = parsePlatform(text)
    if (platform === null) throw new InvalidArgumentError('expected something like linux/arm64.')
    return platform
  })
}

/** Sentences on stderr, at most 20, hostile text made visible. */
export function tell(lines: readonly string[]): void {
  const most = 20
  for (const line of lines.slice(0, most)) console.error(visible(shortened(line, 500)))
  if (lines.length > most) console.error(`… and ${lines.length - most} more`)
}
