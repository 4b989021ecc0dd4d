/** Tables of evidence: cells of hostile text, links that we made, and rows that fold away. */
import type { Finding } from '../domain/advisory/finding.ts'
import type { OnPlatforms } from '../domain/move-evidence.ts'
import { shortened } from '../lib/visible.ts'
import { code, table } from './markdown.ts'

/** Rows of a table that are not folded away. */
const unfoldedRows = 10
const longestCell = 120

/** A cell of a table: a code span of a bearable length. */
export function cell(text: string | null): string {
  return text === null ? '' : code(shortened(text, longestCell))
}

/** `rows` as a table, folded behind `summary` when it is long; with how many are missing of `all`. */
export function folded(summary: string, head: readonly string[], rows: readonly (readonly string[])[], all: number): readonly string[] {
  const missing = all - rows.length
  const more = missing > 0 ? [`… and ${missing} more.`] : []
  if (rows.length === 0) return [`${summary}.`]
  if (all <= unfoldedRows) return [table(head, rows), ...more]
  return [`<details>\n<summary>${summary}</summary>\n\n${table(head, rows)}${more.map((line) => `\n\n${line}`).join('')}\n\n</details>`]
}

/** Which platforms a row holds on, for a column that is there only where rows differ. */
export function platformCell({ platforms }: OnPlatforms<unknown>): string {
  return platforms === null ? 'all' : platforms.map(code).join(', ')
}

/** `2 packages`, `1 package`. */
export function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The vulnerability with a link to who tells more; a made-up id is only text. */
export function linkedVulnerability({ id, purl }: Pick<Finding, 'id' | 'purl'>): string {
  if (/^GHSA(-[23456789cfghjmpqrvwx]{4}){3}$/.test(id)) return `[${id}](https://github.com/advisories/${id})`
  if (/^CVE-[0-9]{4}-[0-9]{4,10}$/.test(id))
    return `[${id}](${vendorPages.find(([start]) => purl.startsWith(start))?.[1] ?? 'https://www.cve.org/CVERecord?id='}${id})`
  return cell(id)
}

const vendorPages: readonly (readonly [purlStart: string, page: string])[] = [
  ['pkg:deb/debian/', 'https://security-tracker.debian.org/tracker/'],
  ['pkg:deb/ubuntu/', 'https://ubuntu.com/security/'],
  ['pkg:apk/alpine/', 'https://security.alpinelinux.org/vuln/'],
  ['pkg:rpm/redhat/', 'https://access.redhat.com/security/cve/'],
  ['pkg:rpm/suse/', 'https://www.suse.com/security/cve/'],
]
