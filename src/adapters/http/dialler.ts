/** The dialler: resolves a name once, checks every address, and connects to exactly what it checked, so that a second DNS answer cannot win. */
import { lookup as systemLookup } from 'node:dns'
import { createRequire } from 'node:module'
import { isIP, type LookupFunction } from 'node:net'
import type { buildConnector } from 'undici'
import { exceptions, isPublicAddress } from './addresses.ts'

type Connector = buildConnector.connector
type Address = { readonly address: string; readonly family: number }

/** Every address of a host name, or an error with a DNS code. */
export type Lookup = (hostname: string, callback: (error: NodeJS.ErrnoException | null, addresses: readonly Address[]) => void) => void

/** Why the dialler would not connect; `faultOf` puts it into words. */
export class PrivateAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS'
}

/** What the dialler is allowed, and how long it tries. */
export type DiallerOptions = {
  /** `host` or `host:port` that may live at private addresses. */
  readonly allowPrivate: readonly string[]
  readonly ca: string | Buffer | undefined
  /** For the TCP and TLS handshakes together, ms. */
  readonly connectMs: number
  readonly lookup?: Lookup | undefined
}

/** The `connect` function of undici's pools, with the guard in it. `build` is undici's own connector factory, replaced only in tests. */
export function createDialler(options: DiallerOptions, build: typeof buildConnector = loadConnector()): Connector {
  const mayBePrivate = exceptions(options.allowPrivate)
  const resolve: Lookup = options.lookup ?? ((hostname, callback) => systemLookup(hostname, { all: true, verbatim: true }, callback))
  const dial = (guarded: boolean) =>
    build({
      timeout: options.connectMs,
      autoSelectFamily: true,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      lookup: lookupOnce(resolve, guarded),
    } as buildConnector.BuildOptions)
  const guarded = dial(true)
  const open = dial(false)
  return (target, callback) => {
    const port = target.port || (target.protocol === 'https:' ? '443' : '80')
    if (mayBePrivate(target.hostname, port)) return open(target, callback)
    // Node does not look up IP literals, so they are judged here.
    if (isIP(target.hostname) !== 0 && !isPublicAddress(target.hostname)) return callback(new PrivateAddress(target.hostname), null)
    return guarded(target, callback)
  }
}

function lookupOnce(resolve: Lookup, guarded: boolean): LookupFunction {
  return (hostname, wanted, callback) =>
    resolve(hostname, (error, all) => {
      if (error !== null) return callback(error, '', 4)
      const usable = guarded ? all.filter(({ address }) => isPublicAddress(address)) : [...all]
      const first = usable[0]
      if (first === undefined) return callback(new PrivateAddress(hostname), '', 4)
      return wanted.all === true ? callback(null, usable) : callback(null, first.address, first.family)
    })
}

/** Undici's whole index costs 100 ms and 9 MB at start, for its fetch and caches; the file alone does not. */
function loadConnector(): typeof buildConnector {
  return createRequire(import.meta.url)('undici/lib/core/connect.js') as typeof buildConnector
}
