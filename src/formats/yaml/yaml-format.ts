/** YAML formats: rows that say which paths they read and how their documents name images. */
import type { FileFormat } from '../file-format.ts'
import { treeFormat, type TreeRow } from '../tree-format.ts'
import { readYaml } from './read-documents.ts'

/** A row of a YAML format. */
export type YamlRow = TreeRow

/** The format of a row. */
export function yamlFormat(row: YamlRow): FileFormat {
  return treeFormat(row, true, readYaml)
}
