/** Repos and the git database. */
import { kindOfMode, type FileEntry } from '../git-objects.ts'
import { signatureOf } from '../commits.ts'
import { createRef, moveRefs, nothing } from '../refs.ts'
import { notFound, Refusal } from '../refusal.ts'
import type { Repo } from '../repos.ts'
import { repoShape } from '../shapes.ts'
import { commitShape, gitCommitShape } from '../shapes-git.ts'
import type { World } from '../world.ts'
import { type Call, type Endpoints, onRepo, paged, text } from './call.ts'

const api = (world: World, repo: Repo) => `${world.url}/api/v3/repos/${repo.fullName}`
const refShape = (world: World, repo: Repo, name: string) => {
  const sha = repo.refs.get(name)
  if (sha === undefined) throw notFound()
  return {
    ref: name,
    node_id: `REF_${Buffer.from(`${repo.id}:${name}`).toString('base64url')}`,
    url: `${api(world, repo)}/git/${name}`,
    object: { type: 'commit', sha, url: `${api(world, repo)}/git/commits/${sha}` },
  }
}
const treeShape = (world: World, repo: Repo, oid: string, isRecursive: boolean) => {
  const entries = repo.git.tree(oid)
  if (entries === null) throw notFound()
  const row = (path: string, entry: FileEntry) => {
    const type = kindOfMode(entry.mode)
    const size = type === 'blob' ? { size: repo.git.blob(entry.oid)?.length ?? 0 } : {}
    return { path, mode: entry.mode.padStart(6, '0'), type, sha: entry.oid, ...size, url: `${api(world, repo)}/git/${type}s/${entry.oid}` }
  }
  const rows = (tree: string, prefix: string): ReturnType<typeof row>[] =>
    (repo.git.tree(tree) ?? []).flatMap((entry) => [
      row(prefix + entry.name, entry),
      ...(isRecursive && kindOfMode(entry.mode) === 'tree' ? rows(entry.oid, `${prefix}${entry.name}/`) : []),
    ])
  const all = rows(oid, '')
  return { sha: oid, url: `${api(world, repo)}/git/trees/${oid}`, tree: all.slice(0, 100_000), truncated: all.length > 100_000 }
}
const needCommit = (repo: Repo, ref: string | undefined) => {
  const commit = repo.resolve(ref ?? '')
  if (commit === null) throw new Refusal('unprocessable', `No commit found for SHA: ${ref ?? ''}`)
  return commit
}

function createTree(call: Call): Readonly<Record<string, unknown>> {
  const { repo } = onRepo(call, 'contents', 'write')
  const base = text(call.body.base_tree)
  const root = base === undefined ? null : (repo.git.commit(base)?.tree ?? base)
  if (root !== null && repo.git.tree(root) === null) throw notFound()
  const files = root === null ? new Map<string, FileEntry>() : repo.git.files(root)
  for (const entry of call.body.tree as { path: string; mode?: string; sha?: string | null; content?: string }[]) {
    if (entry.sha === null) files.delete(entry.path)
    else {
      const oid = entry.sha ?? repo.git.writeBlob(Buffer.from(entry.content ?? ''))
      const mode = (entry.mode ?? '100644').replace(/^0/, '')
      if (kindOfMode(mode) !== 'commit' && repo.git.kind(oid) !== kindOfMode(mode))
        throw new Refusal('unprocessable', 'tree.sha does not exist or is not of that type')
      if (kindOfMode(mode) === 'tree') for (const [path, file] of repo.git.files(oid)) files.set(`${entry.path}/${path}`, file)
      else files.set(entry.path, { mode, oid })
    }
  }
  return treeShape(call.world, repo, repo.git.writeFiles(files), false)
}

function createCommit(call: Call): Readonly<Record<string, unknown>> {
  const { actor, repo } = onRepo(call, 'contents', 'write')
  const { body, world } = call
  const parents = (body.parents ?? []) as string[]
  if (repo.git.tree(String(body.tree)) === null || parents.some((oid) => repo.git.commit(oid) === null))
    throw new Refusal('unprocessable', 'Tree or parent SHA does not exist')
  type Who = { name?: string; email?: string; date?: string } | undefined
  const who = (given: Who) => {
    const own = signatureOf(actor.account, world.now())
    return given === undefined
      ? own
      : { name: given.name ?? own.name, email: given.email ?? own.email, date: given.date === undefined ? own.date : new Date(given.date) }
  }
  const author = who(body.author as Who)
  const isOwn = body.author === undefined && body.committer === undefined && actor.installation !== null
  const committer = isOwn
    ? { name: 'GitHub', email: 'noreply@github.com', date: world.now() }
    : body.committer === undefined
      ? author
      : who(body.committer as Who)
  const oid = repo.git.writeCommit({ tree: String(body.tree), parents, author, committer, message: String(body.message) }, isOwn)
  return gitCommitShape(world, repo, repo.git.needCommit(oid))
}

/** By operation id. */
export const gitEndpoints: Endpoints = {
  'repos/get': { run: (call) => ({ status: 200, body: repoShape(call.world, onRepo(call, 'metadata', 'read').repo) }) },
  'repos/get-branch-rules': {
    run: (call) => {
      onRepo(call, 'metadata', 'read')
      return { status: 200, body: [] }
    },
  },
  'repos/list-branches': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      const all = [...repo.refs].filter(([name]) => name.startsWith('refs/heads/'))
      const { items, headers } = paged(call, all)
      const shape = ([name, sha]: readonly [string, string]) => ({
        name: name.slice('refs/heads/'.length),
        protected: false,
        commit: { sha, url: `${api(call.world, repo)}/commits/${sha}` },
      })
      return { status: 200, headers, body: items.map(shape) }
    },
  },
  'git/get-ref': { run: (call) => ({ status: 200, body: refShape(call.world, onRepo(call, 'contents', 'read').repo, `refs/${call.params.ref ?? ''}`) }) },
  'git/list-matching-refs': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      const names = [...repo.refs.keys()].filter((name) => name.startsWith(`refs/${call.params.ref ?? ''}`)).toSorted()
      return { status: 200, body: names.map((name) => refShape(call.world, repo, name)) }
    },
  },
  'git/create-ref': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'contents', 'write')
      createRef(call.world, actor, repo, String(call.body.ref), String(call.body.sha))
      return { status: 201, body: refShape(call.world, repo, String(call.body.ref)) }
    },
  },
  'git/update-ref': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'contents', 'write')
      const name = `refs/${call.params.ref ?? ''}`
      if (!repo.refs.has(name)) throw new Refusal('unprocessable', 'Reference does not exist')
      moveRefs(call.world, actor, repo, [{ name, before: null, after: String(call.body.sha), force: call.body.force === true }])
      return { status: 200, body: refShape(call.world, repo, name) }
    },
  },
  'git/delete-ref': {
    writes: 1,
    run: (call) => {
      const { actor, repo } = onRepo(call, 'contents', 'write')
      moveRefs(call.world, actor, repo, [{ name: `refs/${call.params.ref ?? ''}`, before: null, after: nothing, force: true }])
      return { status: 204 }
    },
  },
  'git/get-tree': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      const sha = call.params.tree_sha ?? ''
      return { status: 200, body: treeShape(call.world, repo, repo.resolve(sha)?.tree ?? sha, call.query.has('recursive')) }
    },
  },
  'git/create-tree': { writes: 1, run: (call) => ({ status: 201, body: createTree(call) }) },
  'git/get-commit': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      return { status: 200, body: gitCommitShape(call.world, repo, repo.git.needCommit(call.params.commit_sha ?? '')) }
    },
  },
  'git/create-commit': { writes: 1, run: (call) => ({ status: 201, body: createCommit(call) }) },
  'git/get-blob': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      const sha = call.params.file_sha ?? ''
      const bytes = repo.git.blob(sha)
      if (bytes === null) throw notFound()
      return {
        status: 200,
        body: {
          sha,
          node_id: `B_${repo.id}_${sha}`,
          size: bytes.length,
          url: `${api(call.world, repo)}/git/blobs/${sha}`,
          encoding: 'base64',
          content: Buffer.from(bytes).toString('base64').replace(/.{60}/g, '$&\n'),
        },
      }
    },
  },
  'git/create-blob': {
    writes: 1,
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'write')
      const sha = repo.git.writeBlob(Buffer.from(String(call.body.content), call.body.encoding === 'base64' ? 'base64' : 'utf8'))
      return { status: 201, body: { sha, url: `${api(call.world, repo)}/git/blobs/${sha}` } }
    },
  },
  'repos/list-commits': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      const { items, headers } = paged(call, repo.git.log(needCommit(repo, call.query.get('sha') ?? repo.defaultBranch).oid))
      return { status: 200, headers, body: items.map((commit) => commitShape(call.world, repo, commit)) }
    },
  },
  'repos/get-commit': {
    run: (call) => {
      const { repo } = onRepo(call, 'contents', 'read')
      return { status: 200, body: commitShape(call.world, repo, needCommit(repo, call.params.ref)) }
    },
  },
}
