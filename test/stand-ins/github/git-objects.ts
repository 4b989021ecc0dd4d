/** Real git objects with real SHA-1 names, so that `git` can be asked whether we are right. */
import { createHash } from 'node:crypto'
import { notFound, Refusal } from './refusal.ts'

export type TreeEntry = { readonly name: string; readonly mode: string; readonly oid: string }
export type FileEntry = { readonly mode: string; readonly oid: string }
export type Signature = { readonly name: string; readonly email: string; readonly date: Date }
export type Commit = {
  readonly oid: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}
export type ObjectKind = 'blob' | 'tree' | 'commit'

/** The name git gives to these bytes. */
export function objectId(kind: ObjectKind, bytes: Uint8Array): string {
  return createHash('sha1').update(`${kind} ${bytes.length}\0`).update(bytes).digest('hex')
}

/** `tree` for a directory, `commit` for a submodule, else `blob`. */
export function kindOfMode(mode: string): ObjectKind {
  return mode === '40000' || mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob'
}

const gitOrder = (a: TreeEntry, b: TreeEntry) => Buffer.compare(sortKey(a), sortKey(b))
const sortKey = (entry: TreeEntry) => Buffer.from(kindOfMode(entry.mode) === 'tree' ? `${entry.name}/` : entry.name)
const person = (who: Signature) => `${who.name} <${who.email}> ${Math.floor(who.date.getTime() / 1000)} +0000`

/** The object store of one repo. */
export class GitObjects {
  readonly #blobs = new Map<string, Uint8Array>()
  readonly #trees = new Map<string, readonly TreeEntry[]>()
  readonly #commits = new Map<string, Commit>()
  readonly #raw = new Map<string, Uint8Array>()
  readonly #signed = new Set<string>()

  /** What the object is, or null when it is not here. */
  kind(oid: string): ObjectKind | null {
    return this.#commits.has(oid) ? 'commit' : this.#trees.has(oid) ? 'tree' : this.#blobs.has(oid) ? 'blob' : null
  }
  /** The object as git stores it, without its header. */
  raw(oid: string): Uint8Array | null {
    return this.#raw.get(oid) ?? null
  }
  /** Stores a blob; gives its name. */
  writeBlob(bytes: Uint8Array): string {
    const oid = this.#store('blob', bytes)
    this.#blobs.set(oid, this.#raw.get(oid) as Uint8Array)
    return oid
  }
  /** The bytes of a blob, or null. */
  blob(oid: string): Uint8Array | null {
    return this.#blobs.get(oid) ?? null
  }
  /** Stores one level of a tree, in git's order. */
  writeTree(entries: readonly TreeEntry[]): string {
    const sorted = entries.map((entry) => ({ ...entry, mode: entry.mode.replace(/^0/, '') })).sort(gitOrder)
    const bytes = Buffer.concat(sorted.flatMap((entry) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.oid, 'hex')]))
    const oid = this.#store('tree', bytes)
    this.#trees.set(oid, sorted)
    return oid
  }
  /** One level of a tree, or null. */
  tree(oid: string): readonly TreeEntry[] | null {
    return this.#trees.get(oid) ?? null
  }
  /** Stores a commit; `signedByGitHub` puts a `gpgsig` header into it, as GitHub does with commits it makes for an app. */
  writeCommit(commit: Omit<Commit, 'oid'>, signedByGitHub = false): string {
    const lines = [
      `tree ${commit.tree}`,
      ...commit.parents.map((parent) => `parent ${parent}`),
      `author ${person(commit.author)}`,
      `committer ${person(commit.committer)}`,
      ...(signedByGitHub ? ['gpgsig -----BEGIN PGP SIGNATURE-----', ' ', ' c3RhbmQtaW4=', ' -----END PGP SIGNATURE-----'] : []),
    ]
    const oid = this.#store('commit', Buffer.from(`${lines.join('\n')}\n\n${commit.message}`))
    this.#commits.set(oid, { ...commit, oid })
    if (signedByGitHub) this.#signed.add(oid)
    return oid
  }
  /** A commit, or null. */
  commit(oid: string): Commit | null {
    return this.#commits.get(oid) ?? null
  }
  /** A commit that must be there; raises `Refusal` not-found. */
  needCommit(oid: string): Commit {
    const commit = this.#commits.get(oid)
    if (commit === undefined) throw notFound()
    return commit
  }
  /** True when GitHub signed it itself. */
  isSignedByGitHub(oid: string): boolean {
    return this.#signed.has(oid)
  }
  /** Every file below a tree by path; submodules too. */
  files(treeOid: string, prefix = ''): Map<string, FileEntry> {
    const out = new Map<string, FileEntry>()
    for (const entry of this.tree(treeOid) ?? []) {
      if (kindOfMode(entry.mode) === 'tree') for (const [path, file] of this.files(entry.oid, `${prefix}${entry.name}/`)) out.set(path, file)
      else out.set(prefix + entry.name, { mode: entry.mode, oid: entry.oid })
    }
    return out
  }
  /** Stores the trees that hold exactly these files; gives the root. */
  writeFiles(files: ReadonlyMap<string, FileEntry>): string {
    const here: TreeEntry[] = []
    const below = new Map<string, Map<string, FileEntry>>()
    for (const [path, file] of files) {
      const slash = path.indexOf('/')
      if (slash < 0) here.push({ name: path, ...file })
      else {
        const name = path.slice(0, slash)
        const inside = below.get(name) ?? new Map<string, FileEntry>()
        inside.set(path.slice(slash + 1), file)
        below.set(name, inside)
      }
    }
    for (const [name, inside] of below) {
      if (here.some((entry) => entry.name === name)) throw new Refusal('unprocessable', `A file and a directory are both named ${name}`)
      here.push({ name, mode: '40000', oid: this.writeFiles(inside) })
    }
    return this.writeTree(here)
  }
  /** The entry at a path below a tree (`''` is the tree itself), or null. */
  at(treeOid: string, path: string): FileEntry | null {
    let found: FileEntry = { mode: '40000', oid: treeOid }
    for (const name of path.split('/').filter((part) => part !== '')) {
      const entry = this.tree(found.oid)?.find((one) => one.name === name)
      if (entry === undefined) return null
      found = { mode: entry.mode, oid: entry.oid }
    }
    return found
  }
  /** The commit and all its ancestors. */
  ancestors(oid: string): Set<string> {
    const seen = new Set<string>()
    const todo = [oid]
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (seen.has(next)) continue
      seen.add(next)
      todo.push(...(this.commit(next)?.parents ?? []))
    }
    return seen
  }
  /** `git log`: the commit and its ancestors, children before parents, newer first. `without` leaves out what is reachable from there. */
  log(oid: string, without: string | null = null): readonly Commit[] {
    const hidden = without === null ? new Set<string>() : this.ancestors(without)
    const out: Commit[] = []
    const seen = new Set<string>()
    const visit = (start: string) => {
      const stack: { readonly oid: string; readonly done: boolean }[] = [{ oid: start, done: false }]
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        const commit = this.commit(top.oid)
        if (commit === null || hidden.has(top.oid)) continue
        if (top.done) out.push(commit)
        else if (!seen.has(top.oid)) {
          seen.add(top.oid)
          stack.push({ oid: top.oid, done: true }, ...commit.parents.map((parent) => ({ oid: parent, done: false })))
        }
      }
    }
    visit(oid)
    return out.reverse()
  }
  /** The newest common ancestor, or null. */
  mergeBase(one: string, other: string): string | null {
    const reach = this.ancestors(other)
    return this.log(one).find((commit) => reach.has(commit.oid))?.oid ?? null
  }
  /** Names of the files that differ between two trees (null: nothing). */
  changedFiles(before: string | null, after: string | null): { added: string[]; removed: string[]; modified: string[] } {
    const old = before === null ? new Map<string, FileEntry>() : this.files(before)
    const now = after === null ? new Map<string, FileEntry>() : this.files(after)
    const differs = (path: string, file: FileEntry) => old.get(path)?.oid !== file.oid || old.get(path)?.mode !== file.mode
    return {
      added: [...now.keys()].filter((path) => !old.has(path)),
      removed: [...old.keys()].filter((path) => !now.has(path)),
      modified: [...now].filter(([path, file]) => old.has(path) && differs(path, file)).map(([path]) => path),
    }
  }

  #store(kind: ObjectKind, bytes: Uint8Array): string {
    const oid = objectId(kind, bytes)
    if (!this.#raw.has(oid)) this.#raw.set(oid, Uint8Array.from(bytes))
    return oid
  }
}
