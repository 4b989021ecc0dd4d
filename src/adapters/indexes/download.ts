/** One file of an archive: asked for by HTTPS from an allowed host, whole and bounded. */
import { Fault } from '../../domain/fault.ts'
import type { Http } from '../http/index.ts'
import { askable, type HostRules } from './hosts.ts'

/** What makes a request conditional (https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests). */
export type Validators = { readonly etag: string | null; readonly lastModified: string | null }

/** The file, or that it is still what the validators say. */
export type Downloaded = { readonly kind: 'body'; readonly bytes: Buffer; readonly validators: Validators } | { readonly kind: 'unchanged' }

/** Asks for a file of at most `maxBytes`. Faults: the client's; `missing`, `unauthorized`, `transient` and `invalid` by status; `invalid` where it redirects to a host that is not allowed. */
export type Download = (url: URL, maxBytes: number, known?: Validators) => Promise<Downloaded>

const mostRedirects = 3
/** An index has up to 64 MB; this is 0.5 MB/s. */
const totalMs = 120_000

/** A `Download` that asks the hosts of `rules` only. */
export function createDownload(http: Pick<Http, 'request'>, rules: HostRules): Download {
  return async (first, maxBytes, known) => {
    let url = first
    for (let redirects = 0; ; redirects += 1) {
      const answer = await http.request({ url, maxBytes, headers: conditions(known), raw: true, redirects: 0, totalMs })
      const { status, headers, body } = answer
      if (status === 200) return { kind: 'body', bytes: body, validators: { etag: headers['etag'] ?? null, lastModified: headers['last-modified'] ?? null } }
      if (status === 304 && known !== undefined) return { kind: 'unchanged' }
      const location = status > 300 && status < 309 ? headers['location'] : undefined
      if (location === undefined || redirects >= mostRedirects) throw statusFault(status, url)
      url = redirected(url, location, rules)
    }
  }
}

function conditions(known: Validators | undefined): Readonly<Record<string, string>> {
  if (known?.etag != null) return { 'if-none-match': known.etag }
  return known?.lastModified == null ? {} : { 'if-modified-since': known.lastModified }
}

function redirected(from: URL, location: string, rules: HostRules): URL {
  const to = URL.canParse(location, from.href) ? askable(new URL(location, from).href, rules) : null
  if (to === null)
    throw new Fault('invalid', `${from.host} redirects to a host that is not among the distribution's own; allow it or ask it directly`, { host: from.host })
  return to
}

function statusFault(status: number, { host, pathname }: URL): Fault {
  const said = `${host} answered ${status} for ${pathname}`
  if (status === 404 || status === 410) return new Fault('missing', said, { host })
  if (status === 401 || status === 403) return new Fault('unauthorized', `${said}; it may want a subscription`, { host })
  return status >= 500 ? new Fault('transient', `${said}; try again later`, { host }) : new Fault('invalid', said, { host })
}
