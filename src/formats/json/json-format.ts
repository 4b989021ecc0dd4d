/** JSON formats, with comments and trailing commas as editors' files have them. */
import type { FileFormat } from '../file-format.ts'
import { treeFormat, type TreeRow } from '../tree-format.ts'
import { readJson } from './read-json.ts'

/** The format of a row. */
export function jsonFormat(row: TreeRow): FileFormat {
  return treeFormat(row, false, (text, hints) => ({ documents: hints.test(text) ? [readJson(text)] : [], broken: [] }))
}
