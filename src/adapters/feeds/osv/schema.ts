/** The form of OSV's files: records, and the list of what changed, newest first (`<modified>,<id>`). */
export { osvRecord } from '../osv-schema.ts'

/** A line of `modified_id.csv` of an ecosystem; null where it is none. */
export function changeOf(line: string): { readonly modified: string; readonly id: string } | null {
  const [, modified, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z),([A-Za-z0-9][\w.:+-]{0,127})$/.exec(line) ?? []
  return modified === undefined || id === undefined ? null : { modified, id }
}
