/** Debian as the bench makes it up, with the shape of the real one: source packages with vulnerabilities in six releases, and images that have some of them installed. */
import { randomFrom } from './measure.mjs'

/** Codenames with what a version of that release ends with, oldest first. */
const releases = [
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
  ['sid', ''],
]
const sources = 3_500
const vulnerabilities = 40_000
/** What a source package has: the kernel has 10,000, browsers thousands, most a few. */
const countOf = (source) => Math.round(source === 0 ? 10_000 : source < 6 ? 2_500 : 6 + 3_000 / (source + 4))

const nameOf = (source) => (source === 0 ? 'linux' : `source-${source}`)
/** Versions grow with time, 0 to 99; a release stands still at some time of its own and gets updates from then on. */
const versionOf = (source, release, time) => {
  const [, number] = releases[release]
  const upstream = Math.min(20 + release * 20, number === '' ? 99 : 20 + release * 20)
  return `${source % 7 === 0 ? '1:' : ''}${1 + (source % 9)}.${upstream}.${source % 13}-${1 + (source % 4)}${time === 0 || number === '' ? '' : `+deb${number}u${time}`}`
}
const words =
  'buffer overflow in the parser of a crafted file allows remote attackers to cause denial service or execute arbitrary code via unspecified vectors use after free'.split(
    ' ',
  )

/** The vulnerabilities of one source package as the export tells them, a member of its JSON; `of` limits how many. */
export function trackerMember(source, of = countOf(source)) {
  const random = randomFrom(1_000 + source)
  const told = {}
  for (let at = 0; at < of; at++) {
    const number = Math.floor(random() * vulnerabilities)
    const description = Array.from({ length: 20 + Math.floor(random() * 58) }, () => words[Math.floor(random() * words.length)]).join(' ')
    const kind = random()
    // Most was fixed before the release; the rest by one of its updates.
    const fixedAt = random() < 0.9 ? 0 : 1 + Math.floor(random() * 3)
    const entry = { description, scope: random() < 0.7 ? 'remote' : 'local', releases: {} }
    if (random() < 0.3) entry.debianbug = 900_000 + number
    for (const [release, [codename]] of releases.entries()) {
      if (release === 0 && random() < 0.2) continue
      const repositories = { [codename]: versionOf(source, release, 0), ...(release < 3 ? { [`${codename}-security`]: versionOf(source, release, 3) } : {}) }
      const urgency = random() < 0.15 ? 'unimportant' : random() < 0.3 ? 'low' : 'not yet assigned'
      if (kind < 0.25) entry.releases[codename] = { status: 'resolved', repositories, fixed_version: '0', urgency }
      else if (kind < 0.86 || release > 3)
        entry.releases[codename] = { status: 'resolved', repositories, fixed_version: versionOf(source, release, fixedAt), urgency }
      else if (kind < 0.87) entry.releases[codename] = { status: 'undetermined', repositories, urgency }
      else if (kind < 0.94) entry.releases[codename] = { status: 'open', repositories, urgency, nodsa: 'Minor issue', nodsa_reason: '' }
      else entry.releases[codename] = { status: 'open', repositories, urgency }
    }
    told[`CVE-${2004 + (number % 22)}-${10_000 + number}`] = entry
  }
  return `${JSON.stringify(nameOf(source))}: ${JSON.stringify(told).replaceAll('":', '": ').replaceAll(',"', ', "')}`
}

/** The whole export, member by member. */
export function* trackerJson() {
  for (let source = 0; source < sources; source++) yield `${source === 0 ? '{' : ', '}${trackerMember(source)}`
  yield '}'
}

/** A day's changes, as many members as change in one: `count` vulnerabilities in some tens of source packages that are in use. */
export function* trackerDelta(count) {
  for (let at = 0; at < count / 5; at++) yield `${at === 0 ? '{' : ', '}${trackerMember(6 + at * 11, 5)}`
  yield '}'
}

const made = new Map()
/** The binaries of a source package in one version. They are made once: what a store reads anew each time is no work of the matching. */
function binariesOf(source, release, time) {
  const version = versionOf(source, release, time)
  const key = `${source} ${version}`
  const known = made.get(key)
  if (known !== undefined) return known
  const binaries = Array.from({ length: 1 + (source % 3) }, (_, part) => {
    const name = source === 0 ? 'linux-libc-dev' : part === 0 ? nameOf(source) : `lib${nameOf(source)}-${part}`
    const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=amd64&distro=debian-${releases[release][1]}`
    return { type: 'deb', name, version, arch: 'amd64', sourceName: nameOf(source), sourceVersion: version, module: null, vendor: null, purl }
  })
  made.set(key, binaries)
  return binaries
}

/** The inventory of the image with this number: 100 to 400 packages, 100 of them those of its base, some of a source's binaries missing. */
export function inventoryOf(image) {
  const random = randomFrom(5_000_000 + image)
  const release = Math.floor(random() * 3)
  const time = Math.floor(random() * 4)
  const count = 100 + Math.floor(random() * 301)
  const packages = []
  // What was installed later is newer than the base.
  const take = (source) => packages.push(...binariesOf(source, release, random() < 0.1 ? 3 : time).slice(random() < 0.1 ? 1 : 0))
  if (random() < 0.2) take(0)
  for (let at = 0; packages.length < 100; at++) take(10 + at * 7)
  const others = new Set()
  while (packages.length < count) {
    const source = 6 + Math.floor(random() * (random() < 0.2 ? 300 : sources - 6))
    if (others.has(source) || (source < 400 && source % 7 === 3)) continue
    others.add(source)
    take(source)
  }
  const distro = { id: 'debian', versionId: releases[release][1], codename: releases[release][0], idLike: [], prettyName: null, cpeName: null }
  return { distro, source: 'layers', packages, repositories: [], unseen: [] }
}
