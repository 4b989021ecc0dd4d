/** Rpm databases of the three kinds, from their bytes alone. Run it in a child: an image is hostile. */
import type { RpmFiles, RpmHeader, RpmRead } from '../../../domain/package/rpm-database.ts'
import { bdbHeaders } from './bdb.ts'
import { reasonOf, Unreadable } from './byte-view.ts'
import { parseRpmHeader } from './header.ts'
import { ndbHeaders } from './ndb.ts'
import { sqliteHeaders } from './sqlite.ts'
import type { Report, StoredHeader } from './stored-header.ts'

const fileNames = { sqlite: 'rpmdb.sqlite', ndb: 'Packages.db', bdb: 'Packages' } as const
/** An installation of everything that a distribution has stays far below it. */
const mostPackages = 100_000
const mostProblems = 20

/** The packages of a database. Total: whatever cannot be read is a sentence in `unseen`, and what can is there. */
export function readRpmDatabase(files: RpmFiles): RpmRead {
  const packages: RpmHeader[] = []
  const unseen: string[] = []
  let problems = 0
  const report: Report = (problem) => {
    problems += 1
    if (problems <= mostProblems) unseen.push(`${fileNames[files.kind]}: ${problem}`)
  }
  const seen = new Set<number>()
  try {
    for (const { number, blob } of headersIn(files, report)) {
      if (seen.has(number)) throw new Unreadable(`header ${number} is there twice`)
      if (seen.add(number).size > mostPackages) throw new Unreadable(`it holds more than ${mostPackages} packages`)
      try {
        packages.push(parseRpmHeader(blob))
      } catch (error) {
        report(`header ${number}: ${reasonOf(error)}`)
      }
    }
  } catch (error) {
    report(reasonOf(error))
  }
  if (problems > mostProblems) unseen.push(`${fileNames[files.kind]}: and ${problems - mostProblems} more problems`)
  return { packages, unseen }
}

function headersIn(files: RpmFiles, report: Report): Iterable<StoredHeader> {
  if (files.kind === 'sqlite') return sqliteHeaders(files.main, files.wal, report)
  return files.kind === 'ndb' ? ndbHeaders(files.main, report) : bdbHeaders(files.main, report)
}
