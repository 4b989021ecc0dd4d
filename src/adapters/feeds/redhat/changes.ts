/** `changes.csv` and `deletions.csv` beside Red Hat's documents: `"2023/cve-2023-6240.json","2024-08-04T10:17:22+00:00"`, newest first. */
import { Fault } from '../../../domain/fault.ts'
import { utcTime } from '../record.ts'

/** A document, and when it last changed or was deleted (RFC 3339 UTC). */
export type Change = { readonly path: string; readonly at: string }

/** All lines; raises `invalid`, naming `where` and the line, for one that is none: a list that is not understood must not look like "nothing changed". */
export function changesOf(csv: string, where: string): readonly Change[] {
  return csv.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const [, path, at] = /^"?(\d{4}\/[\w.-]{1,200}\.json)"?,"?([^",]+)"?$/.exec(line.trim()) ?? []
    const time = utcTime(at)
    if (path === undefined || time === null) throw new Fault('invalid', `${where}, line ${index + 1}: not a document and its time`)
    return [{ path, at: time }]
  })
}

/** The id in such a document: `CVE-2023-6240` of `2023/cve-2023-6240.json`, `RHSA-2024:0010` of `2024/rhsa-2024_0010.json`. */
export function recordOf(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.json$/, '')
    .toUpperCase()
    .replace('_', ':')
}
