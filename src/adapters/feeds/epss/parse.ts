/** Reads FIRST's EPSS scores. */
import type { FeedItem } from '../../../domain/advisory/advisory.ts'
import { Fault } from '../../../domain/fault.ts'
import type { FeedFile } from '../../../ports/feeds.ts'
import { plainBytes } from '../decompress.ts'
import { linesOf } from '../lines.ts'
import { epssRow } from './schema.ts'

/** Claims CSV files. */
export function parse(file: FeedFile): AsyncIterable<FeedItem> | null {
  return /\.csv(\.gz)?$/.test(file.path) ? parseScores(file) : null
}

/** A comment line `#model_version:…,score_date:…` (absent before 2021-09), a heading `cve,epss` or `cve,epss,percentile`, and a row for each CVE. */
async function* parseScores(file: FeedFile): AsyncIterable<FeedItem> {
  let columns: readonly string[] | null = null
  let rows = 0
  for await (const { line, number, isWhole } of linesOf(plainBytes(file, { maxBytes: 500_000_000 }), file.path)) {
    if (line === '' || (columns === null && line.startsWith('#'))) continue
    const cells = line.split(',', 8)
    if (columns === null) {
      columns = cells
      if (columns[0] !== 'cve' || !columns.includes('epss')) throw new Fault('invalid', `${file.path}:${number} is not the heading of EPSS scores`)
      continue
    }
    rows += 1
    // A score that ends the file may have lost its last digits.
    if (!isWhole && columns.at(-1) === 'epss') throw new Fault('invalid', `${file.path} is cut off: its last line does not end`)
    const row = cells.length === columns.length ? epssRow.safeParse({ cve: cells[0], epss: cells[columns.indexOf('epss')] }) : null
    if (row?.success === true) yield { kind: 'likelihood', vulnerability: row.data.cve, epss: row.data.epss }
    else yield { kind: 'problem', where: `${file.path}:${number}`, message: 'is no row of a CVE and its score' }
  }
  if (rows === 0) throw new Fault('invalid', `${file.path} holds no EPSS scores`)
}
