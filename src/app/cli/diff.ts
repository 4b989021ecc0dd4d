/** `underpin diff`: what changed from one image to another. */
import type { Command } from 'commander'
import { compareImages } from '../../domain/compare-images.ts'
import { unspokenOf } from '../../domain/advisory/own-packages.ts'
import type { Difference, Evidence } from '../../domain/difference.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import { formatPlatform, type Platform } from '../../domain/image/platform.ts'
import type { MoveEvidence } from '../../domain/move-evidence.ts'
import { evidenceMarkdown } from '../../render/evidence.ts'
import { renderDifference } from '../../render/terminal-evidence.ts'
import { findingsOf, isSpokenOf, type KnownAdvisories } from '../known-advisories.ts'
import { atDesk, imageHelp, platformOption, tell } from './evidence-command.ts'
import { exitWrongInput } from './explain-problem.ts'
import { advisoriesFor, feedOption, lookedUpIn, missingFeeds } from './feed-choice.ts'

type Options = { readonly json?: true; readonly markdown?: true; readonly platform?: Platform; readonly feed?: string }

/** Adds the command `diff` to `program`. It sets the exit code: 0, 2 for an image or a feed that cannot be read here, 3 when a registry failed. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .description('say what changed from one image to another: packages, vulnerabilities, configuration, and whether that is all')
    .argument('<a>', imageHelp)
    .argument('<b>', 'the image to compare it with')
    .addOption(platformOption())
    .addOption(feedOption())
    .option('--markdown', 'print what a pull request would show')
    .option('--json', 'print one JSON document')
    .action((a: string, b: string, options: Options) =>
      atDesk(async ({ distros, inspect }) => {
        const at = new Date()
        const from = await inspect(a, options.platform ?? null)
        const to = await inspect(b, options.platform ?? null)
        const known = await advisoriesFor(distros, options.feed, [from, to])
        const [before, after] = [from, to].map((inspection) => ({
          inspection,
          findings: findingsOf(known, distros, inspection.inventory, at),
          isBlind: !isSpokenOf(known, distros, inspection.inventory),
        }))
        if (before === undefined || after === undefined) return
        const difference = compareImages(before, after)
        const spoken = { ...known, feeds: before.isBlind && after.isBlind ? [] : known.feeds }
        const unspoken = known.feeds.length === 0 ? [] : unspokenIn([before, after])
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify({ ...differencePrinted(a, b, from, to, difference, known), lookedUp: { a: !before.isBlind, b: !after.isBlind } })}\n`
            : options.markdown === true
              ? `${evidenceMarkdown(moveEvidence(from, to, difference, spoken, unspoken), at)}\n`
              : renderDifference(a, b, difference, spoken.feeds.length > 0, { colour: process.stdout.isTTY }),
        )
        const missing = missingFeeds(distros, known, [from, to])
        tell([
          ...known.problems,
          ...unseenBy(from, to).map((line) => `not seen: ${line}`),
          ...(missing === null ? [] : [`vulnerabilities are not compared: ${missing}`]),
          ...unspoken,
          ...lookedUpIn(spoken),
        ])
        if (known.problems.length > 0) process.exitCode = exitWrongInput
      }),
    )
}

/** A difference as `diff --json` prints it (COMMANDS: a contract). Findings are empty where no feed speaks of an image: `lookedUp` tells. */
function differencePrinted(a: string, b: string, from: Inspection, to: Inspection, difference: Difference, known: KnownAdvisories) {
  return {
    a,
    b,
    ...difference,
    platform: { a: formatPlatform(from.platform), b: formatPlatform(to.platform) },
    manifest: { a: from.manifest, b: to.manifest },
    feeds: known.feeds,
    unseen: unseenBy(from, to),
  }
}

/** The difference as a pull request tells it. */
function moveEvidence(from: Inspection, to: Inspection, difference: Difference, { feeds }: KnownAdvisories, unspoken: readonly string[]): MoveEvidence {
  const sources = { from: from.inventory.source, to: to.inventory.source }
  const notes = [...new Set([...from.inventory.notes, ...to.inventory.notes])]
  return {
    platforms: [{ platform: formatPlatform(to.platform), difference, sources, unseen: unseenBy(from, to), notes }],
    notCompared: unspoken.map((why) => ({ platform: null, why })),
    feeds,
  }
}

function unspokenIn(sides: readonly Evidence[]): readonly string[] {
  return [
    ...new Set(sides.flatMap(({ isBlind, inspection: { inventory } }) => (isBlind === true && inventory.distro !== null ? unspokenOf(inventory.distro) : []))),
  ]
}

function unseenBy(from: Inspection, to: Inspection): readonly string[] {
  return [...new Set([...from.inventory.unseen, ...to.inventory.unseen])]
}
