/** What the tests of the stand-in share: one app on one repo, and clients that ask as it would. */
import { createSign } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NewRepo, type StandInGitHub, startGitHub } from '../../../stand-ins/github/index.ts'
import type { Permissions } from '../../../stand-ins/github/world.ts'

export type Answered = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> & unknown[] }
export type Bed = Awaited<ReturnType<typeof bed>>
export const everything: Permissions = { contents: 'write', pull_requests: 'write', issues: 'write', actions: 'write', workflows: 'write' }
export const allEvents = ['push', 'pull_request', 'issues', 'issue_comment', 'workflow_run', 'repository']

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A JWT as an app signs it. */
export function jwt(appId: number, privateKey: string, nowSeconds: number, life = 540, issuedAgo = 60): string {
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iss: appId, iat: nowSeconds - issuedAgo, exp: nowSeconds + life })}`
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(privateKey, 'base64url')}`
}

/** A clock that stands still until it is moved. */
export function clock(start = '2026-11-22T12:00:00Z'): { now: () => Date; move: (seconds: number) => void } {
  let at = Date.parse(start)
  return { now: () => new Date(at), move: (seconds) => (at += seconds * 1000) }
}

/** Starts a stand-in with `acme/web` and an app on it. */
export async function bed(wanted: { permissions?: Permissions; files?: NewRepo['files'] } = {}) {
  const time = clock()
  const github: StandInGitHub = await startGitHub({ now: time.now })
  const app = github.createApp({ slug: 'underpin', permissions: wanted.permissions ?? everything, events: allEvents })
  const repo = github.createRepo('acme/web', { files: wanted.files ?? { Dockerfile: 'FROM debian:12\n', 'docs/a/b.txt': 'deep\n' } })
  const installationId = github.install(app.appId, 'acme', ['web'])
  const ask = async (token: string | null, method: string, path: string, body?: unknown): Promise<Answered> => {
    const url = path.startsWith('http') ? path : path === '/graphql' ? github.graphqlUrl : github.apiUrl + path
    const headers = token === null ? {} : { authorization: `bearer ${token}` }
    const answer = await fetch(url, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text === '' ? {} : JSON.parse(text) }
  }
  const appToken = () => jwt(app.appId, app.privateKey, Math.floor(time.now().getTime() / 1000))
  const tokenFor = async (narrow?: unknown, id = installationId) =>
    String((await ask(appToken(), 'POST', `/app/installations/${id}/access_tokens`, narrow)).body.token)
  const token = await tokenFor()
  const rest = (method: string, path: string, body?: unknown) => ask(token, method, path, body)
  const graphql = async (query: string, variables: Record<string, unknown> = {}, as = token) =>
    (await ask(as, 'POST', '/graphql', { query, variables })) as unknown as {
      status: number
      body: { data: Record<string, never>; errors?: { type?: string; message: string; path?: string[] }[] }
    }
  const head = (branch = 'main') => String(github.branches('acme/web')[branch])
  return { github, app, repo, installationId, time, ask, appToken, tokenFor, token, rest, graphql, head }
}

/** A webhook receiver that answers `status`. */
export async function receiver(status = () => 200) {
  const got: { event: string; guid: string; headers: IncomingHttpHeaders; raw: string; body: Record<string, never> }[] = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const raw = Buffer.concat(chunks).toString()
      got.push({
        event: String(incoming.headers['x-github-event']),
        guid: String(incoming.headers['x-github-delivery']),
        headers: incoming.headers,
        raw,
        body: JSON.parse(raw),
      })
      outgoing.writeHead(status()).end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const close = () => new Promise((resolve) => server.close(resolve))
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`, close }
}
