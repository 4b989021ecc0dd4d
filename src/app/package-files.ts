/** Files that ship beside the code (`app.yml`, `config/…`), found from sources, from `dist` and from the demo's build alike. */
import { existsSync, readFileSync } from 'node:fs'

/** The text of a file of the package; `name` is relative to its root. Throws when the package is incomplete. */
export function packageFile(name: string): string {
  let folder = new URL('./', import.meta.url)
  for (let depth = 0; depth < 6; depth++) {
    if (existsSync(new URL('app.yml', folder))) return readFileSync(new URL(name, folder), 'utf8')
    folder = new URL('../', folder)
  }
  throw new Error(`the package lacks ${name}`)
}
