/** An item of a feed as one line that a person can argue with. */
import type { Advisory, FeedItem, VersionRange } from '../../src/domain/advisory/advisory.ts'

/** `debian:12 source alpha | CVE-2099-0001 | < 1.2-3 | available | severity low | DSA-9900-1 of debian-tracker`; what is not said is left out. */
export function itemText(item: FeedItem): string {
  switch (item.kind) {
    case 'advisory':
      return advisoryText(item.advisory)
    case 'exploited':
      return `exploited ${item.vulnerability} since ${item.since}`
    case 'likelihood':
      return `likelihood ${item.vulnerability} ${item.epss}`
    case 'gone':
      return `gone ${item.record}`
    case 'problem':
      return `problem ${item.where} ${item.message}`
  }
}

function advisoryText(one: Advisory): string {
  const says = [
    `${one.release} ${one.packageKind} ${one.packageName}`,
    one.vulnerabilities.join(' '),
    one.status === 'not-affected' ? 'not affected' : one.ranges.map(rangeText).join(' or ') || (one.versions.length > 0 ? 'no range' : 'every version'),
    one.versions.length > 0 ? `versions ${one.versions.join(' ')}` : '',
    one.status === 'not-affected' ? '' : one.fix,
    one.architectures.length > 0 ? `only ${one.architectures.join(' ')}` : '',
    one.module === null ? '' : `module ${one.module}`,
    one.vendorSeverity === null ? '' : `severity ${one.vendorSeverity}`,
    one.cvss === null ? '' : `cvss ${one.cvss.score}`,
    one.withdrawn ? 'withdrawn' : '',
    one.published === null ? '' : `published ${one.published}`,
    `${one.record} of ${one.feed}`,
  ]
  return says.filter((text) => text !== '').join(' | ')
}

function rangeText({ introduced, fixed, lastAffected }: VersionRange): string {
  const from = introduced === null ? '' : `>= ${introduced}`
  const to = fixed !== null ? `< ${fixed}` : lastAffected !== null ? `<= ${lastAffected}` : ''
  return [from, to].filter((text) => text !== '').join(', ') || 'all versions'
}
