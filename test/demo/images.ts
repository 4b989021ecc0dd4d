/** The images of the demo: a Debian whose packages and vulnerabilities are made up. */
import type { Publisher } from '../stand-ins/publisher.ts'
import type { StandInRegistry } from '../stand-ins/registry/index.ts'
import { type DebianPackage, debianLayer } from '../support/debian.ts'

const unchanged: readonly DebianPackage[] = [
  { name: 'libdemoc6', version: '2.36-9+deb12u10', source: 'demolibc' },
  { name: 'libdemocrypt1', version: '1:4.4-2', source: 'democrypt' },
]
const tls = (version: string): readonly DebianPackage[] => ['demotls', 'libdemotls3'].map((name) => ({ name, version, source: 'demotls' }))
/** What python:3.12-slim holds at first. */
export const before: readonly DebianPackage[] = [...unchanged, ...tls('3.0.16-1~deb12u1'), { name: 'demozone', version: '2026a-0+deb12u1' }]
/** And after its publisher rebuilt it. */
export const after: readonly DebianPackage[] = [...unchanged, ...tls('3.0.17-1~deb12u1'), { name: 'demozone', version: '2026b-0+deb12u1' }]
/** Of a package that no image here has. */
export const otherHole = { source: 'demomail', id: 'CVE-2026-9990000', fixed: '9.18-1', urgency: 'low' }
/** Fixed in `after`. */
export const tlsHole = { source: 'demotls', id: 'CVE-2026-9990001', fixed: '3.0.17-1~deb12u1', urgency: 'high' }
/** Fixed in `after` too, as turns out later. */
export const zoneHole = { source: 'demozone', id: 'CVE-2026-9990003', fixed: '2026b-0+deb12u1', urgency: 'medium' }
/** Fixed in the distribution, and not yet in `after`. */
export const cryptHole = { source: 'democrypt', id: 'CVE-2026-9990002', fixed: '1:4.4-2+deb12u1', urgency: 'medium' }

const madeFrom = (repo: string) => ({ Labels: { 'org.opencontainers.image.source': `https://github.com/docker-library/${repo}` } })

/** What acme/shop runs its cache from, and the tags that come out later, with what is wrong with all but one of them. */
export const cacheTag = '7.2.4-bookworm'
export const newerCacheTags = ['7.2.5-bookworm', '7.4.1-bookworm', '7.4.1-alpine', '7.4-bookworm', '7.6.0-rc1-bookworm', '8.0.0-bookworm']

/** Points library/redis:`tag` at an image that is like the others but for a package of its own; gives its digest. */
export function pushRedis(registry: StandInRegistry, tag: string, publisher: Publisher): string {
  const [version = ''] = tag.split('-')
  const tools = { name: 'demotools', version: `${version}-1`, source: 'demotools' }
  return registry.pushImage('library/redis', tag, { layers: [debianLayer([...unchanged, tools], publisher.origin)], config: madeFrom('redis') }).digest
}

/** Points python:3.12-slim at an image with these packages, whose archive is `publisher`; gives its digest. */
export function pushPython(registry: StandInRegistry, packages: readonly DebianPackage[], publisher: Publisher): string {
  return registry.pushImage('library/python', '3.12-slim', { layers: [debianLayer(packages, publisher.origin)], config: madeFrom('python') }).digest
}
