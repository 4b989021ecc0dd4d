/** `underpin match`: which known vulnerabilities apply to an image. */
import { type Command, Option } from 'commander'
import type { Finding } from '../../domain/advisory/finding.ts'
import { atLeast, severities, type Severity } from '../../domain/advisory/severity.ts'
import { hasOwnPackages, unmatchedIn, unspokenOf } from '../../domain/advisory/own-packages.ts'
import type { Inspection } from '../../domain/image/inspection.ts'
import type { Platform } from '../../domain/image/platform.ts'
import { renderFindings } from '../../render/terminal-evidence.ts'
import { findingsOf, isSpokenOf, type KnownAdvisories } from '../known-advisories.ts'
import { atDesk, type Desk, imageHelp, platformOption, tell } from './evidence-command.ts'
import { advisoriesFor, feedOption, lookedUpIn, missingFeeds } from './feed-choice.ts'
import { exitWrongInput } from './explain-problem.ts'

type Options = { readonly json?: true; readonly platform?: Platform; readonly feed?: string; readonly all?: true; readonly failOn?: Severity | 'kev' }

/** The exit code when something was found that `--fail-on` names. */
const exitFound = 1

/** Adds the command `match` to `program`. It sets the exit code of the contract; 2 also where nothing could be looked up, since an empty list would say "none". */
export function registerMatch(program: Command): void {
  program
    .command('match')
    .description('list the known vulnerabilities that apply to an image, by the feeds of its distribution')
    .argument('<image>', imageHelp)
    .addOption(platformOption())
    .addOption(feedOption())
    .option('--all', 'also list what was looked up and does not apply')
    .addOption(
      new Option(
        '--fail-on <severity>',
        'exit with 1 when something of this severity or worse applies; kev: when something that is known to be exploited does',
      ).choices([...severities, 'kev']),
    )
    .option('--json', 'print one JSON document')
    .action((image: string, options: Options) =>
      atDesk(async (desk) => {
        const at = new Date()
        const inspection = await desk.inspect(image, options.platform ?? null)
        const known = await advisoriesFor(desk.distros, options.feed, [inspection])
        const isUnspoken = known.feeds.length > 0 && !isBlind(known, inspection, desk) && !isSpokenOf(known, desk.distros, inspection.inventory)
        const findings = findingsOf(known, desk.distros, inspection.inventory, at, { all: options.all === true })
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify(findings)}\n`
            : renderFindings(findings, !isBlind(known, inspection, desk) && !isUnspoken, { colour: process.stdout.isTTY }),
        )
        const { inventory } = inspection
        tell([
          ...known.problems,
          ...inventory.unseen.map((line) => `not seen: ${line}`),
          ...unmatchedIn(desk.distros, inventory),
          ...(isUnspoken && inventory.distro !== null ? [unspokenOf(inventory.distro)] : []),
          ...lookedUpIn(known),
        ])
        process.exitCode = exitCode(findings, options.failOn ?? null, known, inspection, desk)
        // A gate passes nothing that could not be seen or looked up.
        if (process.exitCode === 0 && options.failOn !== undefined && (isUnspoken || inventory.unseen.length > 0)) process.exitCode = exitWrongInput
      }),
    )
}

function exitCode(findings: readonly Finding[], failOn: Severity | 'kev' | null, known: KnownAdvisories, inspection: Inspection, desk: Desk): number {
  const missing = missingFeeds(desk.distros, known, [inspection])
  if (missing !== null) console.error(missing)
  if (isBlind(known, inspection, desk) || known.problems.length > 0) return exitWrongInput
  const isNamed = ({ severity, kev }: Finding) => (failOn === 'kev' ? kev : failOn !== null && atLeast(severity, failOn))
  return findings.some((finding) => finding.vex === undefined && isNamed(finding)) ? exitFound : 0
}

/** Nothing was looked up: no feed speaks of the image, its packages could not be seen, or none of them is its distribution's own. */
function isBlind({ feeds }: KnownAdvisories, { inventory }: Inspection, { distros }: Desk): boolean {
  const { packages, unseen } = inventory
  return feeds.length === 0 || (packages.length === 0 ? unseen.length > 0 : !hasOwnPackages(distros, inventory))
}
