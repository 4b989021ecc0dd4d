/** Where in the workspace of a job the repo lies, and where others do (https://github.com/actions/checkout#usage). */
import { pathFrom } from '../build-request.ts'
import { stringAt, type Tree } from '../tree.ts'

/** Folders of the workspace; null where one is known only when it runs. */
export type Checkouts = { readonly ours: readonly (string | null)[]; readonly others: readonly (string | null)[] }

/** The checkouts among `steps`. One of a repository that an expression names counts as ours. */
export function checkoutsOf(steps: readonly Tree[]): Checkouts {
  const found = steps.filter((step) => /^actions\/checkout(?:@|$)/i.test(stringAt(step, 'uses')))
  const isOurs = (step: Tree): boolean => /^$|\$\{\{/.test(stringAt(step, 'with', 'repository'))
  const folder = (step: Tree): string | null => (stringAt(step, 'with', 'path').includes('${{') ? null : pathFrom('', stringAt(step, 'with', 'path')))
  return { ours: found.filter(isOurs).map(folder), others: found.filter((step) => !isOurs(step)).map(folder) }
}

/** The path in the repo of what lies at `path` in the workspace, or null where that is another repo, or not known. */
export function inRepo({ ours, others }: Checkouts, path: string): string | null {
  const holds = (folder: string | null): folder is string => folder !== null && (folder === '' || path.startsWith(`${folder}/`))
  const longest = (folders: readonly (string | null)[]): string | null => folders.filter(holds).sort((a, b) => b.length - a.length)[0] ?? null
  const own = ours.length + others.length === 0 ? '' : longest(ours)
  const other = longest(others)
  if (own === null || (other !== null && other.length >= own.length && other !== own)) return null
  return own === '' ? path : path.slice(own.length + 1)
}
