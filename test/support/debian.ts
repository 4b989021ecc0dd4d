/** A small Debian for tests and the demo: images with a dpkg database, an entry of the security tracker, and an archive on loopback. Its packages and CVEs are made up. */
import { createHash } from 'node:crypto'
import type { Publisher } from '../stand-ins/publisher.ts'
import type { Files } from '../stand-ins/registry/content.ts'

export type DebianPackage = { readonly name: string; readonly version: string; readonly source?: string; readonly arch?: string }

/** The files of one layer that holds all of a Debian 12 that an inventory looks at. `archive`: the origin of its package repository. */
export function debianLayer(packages: readonly DebianPackage[], archive: string | null = null): Files {
  return {
    'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n',
    'var/lib/dpkg/status': packages.map(stanza).join('\n'),
    ...(archive === null ? {} : { 'etc/apt/sources.list': `deb ${archive}/debian-security bookworm-security main\n` }),
  }
}

function stanza({ name, version, source, arch = 'amd64' }: DebianPackage): string {
  return [
    `Package: ${name}`,
    'Status: install ok installed',
    'Maintainer: A Debian Team <team@example.org>',
    `Architecture: ${arch}`,
    ...(source === undefined ? [] : [`Source: ${source}`]),
    `Version: ${version}`,
    `Description: ${name}`,
    '',
  ].join('\n')
}

/** What the tracker says of one vulnerability in Debian 12; `fixed` null: open. */
export type TrackerEntry = { readonly source: string; readonly id: string; readonly fixed: string | null; readonly urgency?: string }

/** The tracker's JSON export (https://security-tracker.debian.org/tracker/data/json). */
export function trackerExport(entries: readonly TrackerEntry[]): string {
  const sources: Record<string, Record<string, object>> = {}
  for (const { source, id, fixed, urgency = 'not yet assigned' } of entries) {
    const bookworm = fixed === null ? { status: 'open', urgency } : { status: 'resolved', fixed_version: fixed, urgency }
    sources[source] = { ...sources[source], [id]: { description: 'made up', scope: 'local', releases: { bookworm: { repositories: {}, ...bookworm } } } }
  }
  return JSON.stringify(sources)
}

/** Publishes the tracker as its publisher does: the export, and one list of advisories that names a day. */
export function publishTracker(publisher: Publisher, entries: readonly TrackerEntry[]): void {
  const folder = '/security-tracker-team/security-tracker/-/raw/master/data'
  publisher.publish('/tracker/data/json', { body: trackerExport(entries) })
  const fixed = entries.filter((entry) => entry.fixed !== null)
  const advisories = fixed.map(
    ({ source, id, fixed: version }, index) =>
      `[20 Nov 2026] DSA-${9000 + index}-1 ${source} - security update\n\t{${id}}\n\t[bookworm] - ${source} ${version}\n`,
  )
  publisher.publish(`${folder}/DSA/list`, {
    body: `${advisories.join('')}[01 Jan 2001] DSA-1-1 made-up - security update\n\t[bookworm] - made-up 1\n`,
    type: 'text/plain',
  })
  publisher.publish(`${folder}/DLA/list`, { body: '[01 Jan 2001] DLA-1-1 made-up - security update\n\t[bookworm] - made-up 1\n', type: 'text/plain' })
}

/** Publishes the security archive of Debian 12 with these packages, as APT reads it. */
export function publishArchive(publisher: Publisher, packages: readonly DebianPackage[]): void {
  const index = packages
    .map(
      ({ name, version, source, arch = 'amd64' }) =>
        `Package: ${name}\n${source === undefined ? '' : `Source: ${source}\n`}Version: ${version}\nArchitecture: ${arch}\n\n`,
    )
    .join('')
  const sha256 = createHash('sha256').update(index).digest('hex')
  const dists = '/debian-security/dists/bookworm-security'
  publisher.publish(`${dists}/InRelease`, {
    body: `Suite: stable-security\nCodename: bookworm-security\nArchitectures: amd64\nSHA256:\n ${sha256} ${Buffer.byteLength(index)} main/binary-amd64/Packages\n`,
    type: 'text/plain',
  })
  publisher.publish(`${dists}/main/binary-amd64/Packages`, { body: index, type: 'text/plain' })
}

/** Lines of the operator's file that make `publisher` the origin of Debian's feeds, and an archive that may be asked. */
export function debianSettings({ origin }: Publisher): string {
  return [
    `feeds: { enabled: [debian-tracker], minutes: 30, allowPrivate: true, origins: { "https://security-tracker.debian.org": "${origin}", "https://salsa.debian.org": "${origin}" } }`,
    `packageHosts: ["${origin}"]`,
  ].join('\n')
}
