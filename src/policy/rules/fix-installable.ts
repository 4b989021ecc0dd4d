/** fix-installable: the distribution has a fix, the base was not rebuilt with it, and only a build without a cache brings it in. */
import type { BuildFacts, WaitingFix } from '../facts.ts'
import type { Rule } from '../rule.ts'
import { day } from '../words.ts'

export const fixInstallable: Rule<BuildFacts> = {
  name: 'fix-installable',
  judge: ({ policy: { rebuild }, waitingFixes, earlierCauses }) => {
    const [worst] = waitingFixes
    if (rebuild === null || worst === undefined) return null
    const isInstallable = (fix: WaitingFix) => fix.installable.kind === 'known' && fix.isPickedUp
    const ready = rebuild.onFix ? waitingFixes.filter(isInstallable) : []
    const next = ready.find((fix) => !earlierCauses.includes(causeOf(fix)))
    const shown = next ?? ready[0] ?? worst
    const others = waitingFixes.length === 1 ? '' : ` (and ${waitingFixes.length - 1} more fixes wait)`
    const values = {
      fixes: waitingFixes.map(({ since, vulnerabilities, ...fix }) => ({ ...fix, vulnerabilities: [...vulnerabilities], since: since?.toISOString() ?? null })),
    }
    if (next !== undefined)
      return { verdict: 'rebuild', text: `${waits(shown)}${others}; ${offered(shown)}, and the Dockerfile picks it up`, values, cause: causeOf(next) }
    return { verdict: 'hold', text: `${waits(shown)}${others}; ${whyNot(shown, rebuild.onFix, ready.length > 0)}`, values }
  },
}

/** `CVE-2026-1 (high) in openssl is fixed in the distribution since 2026-11-20 (3.0.17-1), docker.io/library/debian:12 was not rebuilt with it and has 3.0.16-1`. */
export function waits({ imageName, tag, sourceName, installed, fixedIn, since, vulnerabilities, severity }: WaitingFix): string {
  const ids = `${vulnerabilities.slice(0, 2).join(', ')}${vulnerabilities.length > 2 ? ` and ${vulnerabilities.length - 2} more` : ''}`
  const when = since === null ? '' : ` since ${day(since)}`
  return `${ids} (${severity}) in ${sourceName} ${vulnerabilities.length === 1 ? 'is' : 'are'} fixed in the distribution${when} (${fixedIn}), ${imageName}:${tag} was not rebuilt with it and has ${installed}`
}

/** Equal fixes of one base give one cause: a rebuild that did not help is not asked for again. */
function causeOf({ imageName, tag, sourceName, fixedIn }: WaitingFix): string {
  return `on-fix ${sourceName} ${fixedIn} for ${imageName}:${tag}`
}

function offered({ installable }: WaitingFix): string {
  return installable.kind === 'known' ? `${installable.version} can be installed now` : `whether it can be installed now cannot be said: ${installable.why}`
}

function whyNot(fix: WaitingFix, onFix: boolean, wasAsked: boolean): string {
  if (!onFix) return 'with `rebuild: on-fix` in the policy a rebuild would be asked for'
  if (wasAsked) return 'a rebuild was asked for before, and the base still waits'
  if (fix.installable.kind === 'cannot-say') return offered(fix)
  return `the Dockerfile neither upgrades its packages nor installs ${fix.sourceName}, so a rebuild would not pick it up`
}
