/** A package archive on loopback for one test: files by path, validators, and a journal of what was asked for. */
import { createHash } from 'node:crypto'
import { createPackageIndexes } from '../../../../src/adapters/indexes/index.ts'
import type { Distro, DistroTable } from '../../../../src/domain/package/distro.ts'
import { client, serve } from '../http/serve.ts'

/** `files` may change while it serves; a number is a status, a text behind `->` a redirect. */
export async function startArchive(files: Map<string, Uint8Array | string | number>, tls = false) {
  const asked: string[] = []
  const { host } = await serve((request, response) => {
    const path = request.url ?? ''
    const file = files.get(path)
    const etag = `"${createHash('sha256').update(String(file)).digest('hex')}"`
    const status = typeof file === 'number' ? file : file === undefined ? 404 : request.headers['if-none-match'] === etag ? 304 : 200
    asked.push(`${status} ${path}`)
    if (typeof file === 'string' && file.startsWith('->')) return response.writeHead(302, { location: file.slice(2) }).end()
    response.writeHead(status, { etag }).end(status === 200 ? file : undefined)
  }, tls)
  return { host, asked }
}

export const distros: DistroTable = {
  distros: [
    {
      id: 'acme',
      name: 'Acme Linux',
      packages: 'deb',
      precision: 'major',
      feeds: ['acme'],
      purlNamespace: 'acme',
      archiveDomains: ['acme.example'],
      vendors: [],
      foreignVersions: [],
      releases: [],
    },
  ],
}

export const acme: Distro = { id: 'acme', versionId: '9.4', codename: 'roadrunner', idLike: [], prettyName: null, cpeName: null }

/** Indexes of that archive, at a time that the test sets. */
export function indexesOf(host: string, clock: { now: Date } = { now: new Date('2030-01-01T00:00:00Z') }, allowHosts: readonly string[] = [`http://${host}`]) {
  return createPackageIndexes({ http: client([host]), distros, allowHosts, now: () => clock.now })
}
