/** `underpin inspect`: what is inside an image. */
import type { Command } from 'commander'
import type { Inspection } from '../../domain/image/inspection.ts'
import { formatPlatform, type Platform } from '../../domain/image/platform.ts'
import { type DistroTable, lifecycleOf } from '../../domain/package/distro.ts'
import { renderInspection } from '../../render/terminal-evidence.ts'
import { atDesk, imageHelp, platformOption } from './evidence-command.ts'

type Options = { readonly json?: true; readonly platform?: Platform }

/** Adds the command `inspect` to `program`. It sets the exit code: 0, 2 for an image that cannot be read here, 3 when a registry failed. */
export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('say what is inside an image: distribution, packages, configuration, and what could not be seen')
    .argument('<image>', imageHelp)
    .addOption(platformOption())
    .option('--json', 'print one JSON document')
    .action((image: string, options: Options) =>
      atDesk(async ({ distros, inspect }) => {
        const inspection = await inspect(image, options.platform ?? null)
        const { distro } = inspection.inventory
        const lifecycle = distro === null ? null : lifecycleOf(distros, distro)
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify(inspectionPrinted(image, inspection, distros))}\n`
            : renderInspection(image, inspection, lifecycle, { colour: process.stdout.isTTY }),
        )
      }),
    )
}

/** An inspection as `inspect --json` prints it (COMMANDS: a contract). */
function inspectionPrinted(reference: string, inspection: Inspection, distros: DistroTable) {
  const { index, manifest, platform, inventory, base, config, layers, provenance } = inspection
  const { distro, source, granularity, packages, unseen, notes, repositories } = inventory
  return {
    reference,
    index,
    manifest,
    platform: formatPlatform(platform),
    distro: distro === null ? null : { ...distro, eol: lifecycleOf(distros, distro)?.eol ?? null },
    source,
    packages,
    base,
    config: { ...config, platform: formatPlatform(config.platform) },
    unseen,
    notes,
    granularity,
    layers,
    provenance,
    repositories,
  }
}
