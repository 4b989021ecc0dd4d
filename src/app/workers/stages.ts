/** The table of background stages: which worker does what, how much at once, and when it looks again. */
import { formats } from '../../formats/index.ts'
import { version } from '../version.ts'
import { randomUUID } from 'node:crypto'
import { checkInstallable } from '../../pipeline/check-installable.ts'
import { deliver } from '../../pipeline/deliver.ts'
import { discover } from '../../pipeline/discover.ts'
import { dispatch } from '../../pipeline/dispatch.ts'
import { inspect } from '../../pipeline/inspect.ts'
import { listTags } from '../../pipeline/list-tags.ts'
import { type Choice, createTagChooser } from '../../pipeline/recall/newer-tag.ts'
import { reconcile } from '../../pipeline/reconcile.ts'
import type { FixPorts } from '../../pipeline/recall/fixes.ts'
import { searchTag } from '../../pipeline/search-tag.ts'
import { resolve } from '../../pipeline/resolve.ts'
import type { House } from '../compose.ts'
import { scheduleFeeds } from '../schedules.ts'
import { receive } from '../webhooks/receive.ts'
import { decideRepo } from './decide.ts'
import { runFeed } from './feed.ts'
import { remembered } from './remembered.ts'
import { each, type Stage } from './stage.ts'

/** Repos or updates that one batched request to GitHub serves. */
const batch = 25

/** Names this version and the formats that it reads: what another one did not see is looked at again. */
const reader = `${version} ${formats.map(({ id }) => id).join(' ')}`

/** All stages of a house that has GitHub credentials. */
export function stagesOf(house: House): readonly Stage[] {
  const { stores, github, registry, parse, grants, config, webhooks, distros, looks, indexes } = house
  const { concurrency } = config
  const { repos, dueWork, updates, rebuilds, audit, observations, tagLists, wantedTags, searches, decisions, inbox, inventories, installables } = stores
  const wanted = stores.wantedInspections
  const after = (asOf: Date, minutes: number) => new Date(asOf.getTime() + minutes * 60_000)
  const leaseMs = config.leaseSeconds * 1000
  const choices = new Map<string, Choice>()
  return [
    each('inbox', { concurrency: concurrency.inbox }, (claim, asOf) => receive({ inbox, webhooks }, claim, asOf)),
    each('installation', { concurrency: concurrency.installation }, async (claim, asOf) =>
      (await reconcile({ ...github, repos, dueWork, reader }, claim, asOf)) ? after(asOf, config.reconcileMinutes) : null,
    ),
    {
      kind: 'discover',
      batch,
      concurrency: concurrency.discover,
      run: (group, claims, asOf, signal) => discover({ ...github, repos, parse, dueWork, audit, reader }, Number(group), claims, asOf, signal),
    },
    each('resolve', { concurrency: concurrency.resolve }, async (claim, asOf) => {
      const { isUsed, pinsLeft } = await resolve({ registry, observations, repos, wantedTags, dueWork, grants }, claim, asOf)
      return isUsed ? after(asOf, pinsLeft > 0 ? 1 : config.resolveMinutes) : null
    }),
    each('tags', { concurrency: concurrency.tags }, async (claim, asOf) =>
      (await listTags({ registry, tagLists, wantedTags, dueWork, grants }, claim, asOf)) ? after(asOf, config.tagsMinutes) : null,
    ),
    each('search', { concurrency: concurrency.search }, (claim, asOf) =>
      searchTag({ registry, observations, tagLists, searches, wantedTags, dueWork, distros, grants }, claim, asOf),
    ),
    {
      kind: 'decide',
      batch,
      concurrency: concurrency.decide,
      run: (group, claims, asOf, signal) => {
        const ports = {
          repos,
          observations,
          wantedTags,
          searches,
          chooser: createTagChooser(tagLists, distros, choices),
          distros,
          decisions,
          updates,
          rebuilds,
          dueWork,
          grants,
          evidence: config.inspectImages ? evidenceFor(house) : null,
          resolveEveryMs: config.resolveMinutes * 60_000,
          tagsEveryMs: config.tagsMinutes * 60_000,
          gatherMs: config.deliverGatherSeconds * 1000,
          newId: randomUUID,
        }
        return each('decide', { concurrency: 1 }, (claim) => decideRepo(ports, claim, asOf)).run(group, claims, asOf, signal)
      },
    },
    {
      kind: 'deliver',
      batch,
      concurrency: concurrency.deliver,
      run: (group, claims, asOf, signal) =>
        deliver(
          { ...github, repos, updates, dueWork, audit, leaseMs, pullRequestsPerInstallationAndHour: config.limits.pullRequestsPerInstallationAndHour },
          Number(group),
          claims,
          asOf,
          signal,
        ),
    },
    each('rebuild', { concurrency: concurrency.rebuild }, (claim, asOf) =>
      dispatch(
        { ...github, rebuilds, repos, dueWork, audit, lookForMs: config.dispatchLookupSeconds * 1000, pollMs: config.runPollSeconds * 1000 },
        claim,
        asOf,
      ),
    ),
    each('inspect', { concurrency: concurrency.inspect }, async (claim, asOf) => {
      const next = await inspect({ looks, inventories, wanted, repos, dueWork, distros, grants }, claim, asOf)
      // The first image of a distribution makes its feeds due.
      await scheduleFeeds(house)
      return next
    }),
    each('installable', { concurrency: concurrency.installable }, (claim, asOf) =>
      checkInstallable({ inventories, looks, indexes, installables, repos, dueWork, grants }, claim, asOf),
    ),
    each('feed', { concurrency: concurrency.feed }, async (claim, asOf) =>
      (await runFeed(house, claim.key, asOf)) ? after(asOf, config.feeds.minutes) : null,
    ),
  ]
}

/** What is known inside images, asked once for all repos of a batch. */
function evidenceFor({ stores: { advisories, inventories, wantedInspections, installables }, distros }: House): FixPorts {
  const about = remembered(advisories.about)
  const notes = remembered(advisories.notes)
  const parts = remembered(advisories.parts)
  const speaksOf = remembered(advisories.speaksOf)
  const inspection = remembered(inventories.inspection)
  const inspectionsThrough = remembered(inventories.inspectionsThrough)
  return { advisories: { about, notes, parts, speaksOf }, distros, inventories: { inspection, inspectionsThrough }, wanted: wantedInspections, installables }
}
