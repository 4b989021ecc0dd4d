/** Whether a move from one image to another is explained: the same source or builder, forward only, and no difference that packages do not account for. */
import { shortened } from '../lib/visible.ts'
import type { Difference } from './difference.ts'
import { needsALook } from './difference-config.ts'
import { changedVendors } from './difference-packages.ts'
import type { Inspection } from './image/inspection.ts'
import { formatPlatform, type Platform } from './image/platform.ts'
import type { Distro } from './package/distro.ts'
import type { PackageRepository } from './package/inventory.ts'

/** Says whether `difference`, which was found between `a` and `b`, is explained, and why, or all that is odd. A sentence each without a full stop; hostile text in them is cut, not escaped. */
export function explain(a: Inspection, b: Inspection, difference: Omit<Difference, 'explained' | 'why'>): Pick<Difference, 'explained' | 'why'> {
  if (a.manifest === b.manifest) return { explained: true, why: ['both are the same image'] }
  const source = sourceVerdict(a, b)
  const odd = [
    ...(source.isSame ? [] : [source.why]),
    ...platformOddities(a.platform, b.platform),
    ...incompleteness('old', a),
    ...incompleteness('new', b),
    ...distroOddities(a.inventory.distro, b.inventory.distro),
    ...packageOddities(a, b, difference),
    ...repositoryOddities(a, b),
    ...difference.config.filter(needsALook).map(({ field, from, to }) => `${cut(field)} ${from === null ? 'is new' : to === null ? 'is gone' : 'changes'}`),
  ]
  return odd.length > 0 ? { explained: false, why: odd } : { explained: true, why: [source.why, accountOf(difference)] }
}

/** Provenance names the source; a label is only what the publisher writes, and says so. The builder counts where a source is not known: many projects share one. */
function sourceVerdict(a: Inspection, b: Inspection): { readonly isSame: boolean; readonly why: string } {
  const [from, to] = [sourceOf(a), sourceOf(b)]
  if (from !== null && to !== null) {
    if (from.repository !== to.repository) return { isSame: false, why: `the source changes from ${cut(from.repository)} to ${cut(to.repository)}` }
    return { isSame: true, why: `both are built from ${cut(to.repository)}${from.isProvenance && to.isProvenance ? '' : ', as a label says'}` }
  }
  const [builder, newBuilder] = [a.provenance?.builder ?? null, b.provenance?.builder ?? null]
  if (builder !== null && builder === newBuilder) return { isSame: true, why: `both are built by ${cut(builder)}` }
  const whose = from === null && to === null ? 'either image' : from === null ? 'the old image' : 'the new image'
  return { isSame: false, why: `neither source nor builder is known of ${whose}` }
}

function sourceOf({ provenance, config }: Inspection): { readonly repository: string; readonly isProvenance: boolean } | null {
  const stated = provenance?.sourceUri ?? config.labels['org.opencontainers.image.source'] ?? ''
  const repository = repositoryOf(stated)
  return repository === '' ? null : { repository, isProvenance: provenance?.sourceUri != null }
}

/** `https://github.com/a/b` of all ways to write it: `git+https://…/b.git@refs/heads/main#commit:folder`. */
function repositoryOf(uri: string): string {
  const [bare = ''] = uri.trim().split(/[#?]/)
  const [, , place = ''] = /^((?:git\+)?[a-z]+:\/\/)?(?:[^@/]*@)?(.*)$/is.exec(bare) ?? []
  const trimmed = place
    .replace(/@.*$/s, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
  return trimmed === '' ? '' : `https://${trimmed.toLowerCase()}`
}

/** Where nobody named a platform, an image may have been taken for the only one that it has. */
function platformOddities(a: Platform, b: Platform): readonly string[] {
  // The version of Windows moves with each of its updates.
  const [from, to] = [a, b].map((platform) => formatPlatform({ ...platform, osVersion: null }))
  return from === to ? [] : [`the platform changes from ${from} to ${to}`]
}

function incompleteness(which: string, { inventory: { packages, unseen } }: Inspection): readonly string[] {
  const lines = unseen.map((line) => `the ${which} image was not seen completely: ${cut(line)}`)
  return packages.length === 0 ? [`no packages are known of the ${which} image`, ...lines] : lines
}

function distroOddities(from: Distro | null, to: Distro | null): readonly string[] {
  const [before, after] = [from?.id ?? 'unknown', to?.id ?? 'unknown']
  if (before !== after) return [`the distribution changes from ${cut(before)} to ${cut(after)}`]
  const [old, now] = [from === null ? '' : lineOf(from), to === null ? '' : lineOf(to)]
  return old === now ? [] : [`the release of ${cut(after)} changes from ${cut(old || 'unknown')} to ${cut(now || 'unknown')}`]
}

/** Distributions whose second number names a release of its own. */
const twoNumbered: ReadonlySet<string> = new Set(['alpine', 'ubuntu', 'photon', 'sles', 'opensuse-leap'])

/** The part of `VERSION_ID` that stays the same over a release's updates; empty for those that roll by date. */
function lineOf({ id, versionId }: Distro): string {
  if (versionId === null || /^\d{8}/.test(versionId)) return ''
  return versionId
    .split('.')
    .slice(0, twoNumbered.has(id) ? 2 : 1)
    .join('.')
}

/** Without these an image trusts nobody, or anybody. */
const guards = /^(ca-certificates(-bundle)?|.*-keyring|.*-archive-keys|alpine-keys|wolfi-keys|gpg-pubkey)$/

function packageOddities(a: Inspection, b: Inspection, { packages, layers }: Omit<Difference, 'explained' | 'why'>): readonly string[] {
  const { added, removed, upgraded, downgraded } = packages
  const isChanged = added.length + removed.length + upgraded.length + downgraded.length > 0
  const isMixed = a.inventory.source !== b.inventory.source && added.length + removed.length > 0
  // An SBOM writes the vendor's name otherwise than the database does.
  const vendors = a.inventory.source === b.inventory.source ? changedVendors(a.inventory.packages, b.inventory.packages) : []
  return [
    ...named(
      downgraded.map(({ name, from, to }) => `${name} (${from} to ${to})`),
      'goes back',
      'go back',
    ),
    ...named(
      removed.flatMap(({ name }) => (guards.test(name) ? [name] : [])),
      'is gone',
      'are gone',
    ),
    ...named(
      vendors.map(({ name, from, to }) => `${name} (${from} to ${to})`),
      'is built by another vendor',
      'are built by another vendor',
    ),
    ...(isMixed ? ['one image tells its packages by an SBOM and the other by its layers, and they may name them differently'] : []),
    ...(!isChanged && layers.onlyA + layers.onlyB > 0 ? ['layers differ, no package change seen'] : []),
  ]
}

/** A place that packages are installed from and that was not there before. */
function repositoryOddities(a: Inspection, b: Inspection): readonly string[] {
  if (a.inventory.source !== 'layers' || b.inventory.source !== 'layers') return []
  const known = new Set(a.inventory.repositories.flatMap(placesOf))
  return named(
    [...new Set(b.inventory.repositories.flatMap(placesOf))].filter((place) => !known.has(place)),
    'is a new package repository',
    'are new package repositories',
  )
}

/** Hosts, since paths change with releases. */
function placesOf(repository: PackageRepository): readonly string[] {
  const uris = repository.type === 'rpm' ? [...repository.baseUrls, ...(repository.mirrorList === null ? [] : [repository.mirrorList])] : [repository.uri]
  return uris.map((uri) => /^[a-z+]+:\/\/([^/]*)/i.exec(uri)?.[1]?.toLowerCase() ?? uri)
}

function accountOf({ packages, layers }: Omit<Difference, 'explained' | 'why'>): string {
  const counts = (['upgraded', 'added', 'removed'] as const).flatMap((kind) => (packages[kind].length === 0 ? [] : [`${packages[kind].length} ${kind}`]))
  if (counts.length > 0) return `packages account for the difference: ${counts.join(', ')}, none goes back`
  return layers.onlyA + layers.onlyB === 0 ? 'layers and packages are the same' : 'no package changes'
}

/** Names that fit into a sentence, and how many more there are. */
function named(names: readonly string[], one: string, many: string): readonly string[] {
  const shown = names.slice(0, 5).map(cut).join(', ')
  return names.length === 0 ? [] : [`${shown}${names.length > 5 ? ` and ${names.length - 5} more` : ''} ${names.length === 1 ? one : many}`]
}

function cut(text: string): string {
  return shortened(text, 200)
}
