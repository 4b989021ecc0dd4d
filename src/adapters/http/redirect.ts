/** Redirects by hand: where an answer sends us, and which headers may go along. */
import { Fault } from '../../domain/fault.ts'
import type { Head, Hop } from './open.ts'

const statuses = new Set([301, 302, 303, 307, 308])
/** All that another origin gets to see. A list of what may pass, since a list of secrets is never complete (undici forwards `x-registry-auth`). */
const harmless = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent', 'range'])

/**
 * The next hop, or null where `answer` is the answer. Only GET and HEAD are followed. Once the origin (scheme, host, port) changed, the headers that may
 * hold a secret are gone for good. Faults: `invalid` where it leads from https to http, to another scheme, or nowhere.
 */
export function nextHop(hop: Hop, answer: Head): Hop | null {
  const location = answer.headers['location']
  if (!statuses.has(answer.status) || location === undefined || (hop.method !== 'GET' && hop.method !== 'HEAD')) return null
  const { host } = hop.url
  let url: URL
  try {
    url = new URL(location, hop.url)
  } catch (cause) {
    throw new Fault('invalid', `${host} redirects to something that is no URL; nothing was followed`, { host, cause })
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Fault('invalid', `${host} redirects to a ${url.protocol} URL; not followed`, { host })
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new Fault('invalid', `${host} redirects from https to plain http at ${url.host}; not followed`, { host })
  }
  url.username = ''
  url.password = ''
  url.hash = ''
  const headers = url.origin === hop.url.origin ? hop.headers : Object.fromEntries(Object.entries(hop.headers).filter(([name]) => harmless.has(name)))
  return { ...hop, url, headers }
}
