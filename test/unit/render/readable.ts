/** What GitHub would read as Markdown in a body: everything outside code spans (https://spec.commonmark.org/0.31.2/#code-spans). */

/** `markdown` with each code span replaced by `▪`. A run of backticks without an equal run after it stays, as in CommonMark. */
export function outsideCode(markdown: string): string {
  let out = ''
  let at = 0
  while (at < markdown.length) {
    if (markdown[at] !== '`') {
      out += markdown[at]
      at += 1
      continue
    }
    const run = /^`+/.exec(markdown.slice(at))![0]
    const end = closing(markdown, at + run.length, run.length)
    if (end === null) {
      out += run
      at += run.length
    } else {
      out += '▪'
      at = end
    }
  }
  return out
}

/** Where the run of exactly `length` backticks ends that closes a span in the same paragraph, or null. */
function closing(markdown: string, from: number, length: number): number | null {
  const blank = markdown.indexOf('\n\n', from)
  const paragraph = markdown.slice(0, blank < 0 ? markdown.length : blank)
  for (const match of paragraph.slice(from).matchAll(/`+/g)) if (match[0].length === length) return from + match.index + length
  return null
}

/** The pages that we link a vulnerability to, by an id of a form that says nothing else. */
const ourLinks =
  /\[((?:CVE-\d{4}-\d{4,10})|(?:GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}))\]\(https:\/\/(?:www\.cve\.org\/CVERecord\?id=|security-tracker\.debian\.org\/tracker\/|ubuntu\.com\/security\/|security\.alpinelinux\.org\/vuln\/|access\.redhat\.com\/security\/cve\/|www\.suse\.com\/security\/cve\/|github\.com\/advisories\/)\1\)/g

/** Throws when something outside code spans could mention, link, embed, format or hide: only words, our own headings, lists, tables, folds, links and marker are left. */
export function refuseActive(markdown: string): void {
  for (const line of outsideCode(markdown).split('\n')) {
    if (/^<!-- underpin [a-z-]+(?:=[0-9a-f]{64})? -->$/.test(line)) continue
    if (/^<\/?details>$|^<summary>[a-z0-9 ,()]+<\/summary>$|^> \[!WARNING\]$/.test(line)) continue
    const rest = line
      .replace(ourLinks, '▪')
      .replaceAll('**known exploited**', '▪')
      .replace(/^> (?=- |[A-Z])/, '')
      .replace(/^### /, '')
      .replace(/^- /, '')
      .replace(/^\|(?: --- \|)+$/, '')
    if (!/^[A-Za-z0-9 .,;:!?()'’"…▪|-]*$/.test(rest)) throw new Error(`active Markdown: ${JSON.stringify(line)}`)
    if (/:\/\/|www\.|\bGH-\d|!\(|\b[0-9a-f]*\d[0-9a-f]{7,}\b/.test(rest)) throw new Error(`GitHub would link this: ${JSON.stringify(line)}`)
  }
}
