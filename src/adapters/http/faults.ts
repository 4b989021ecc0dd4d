/** Errors of the transport put into words: the one place where they become faults. */
import { Fault, type FaultKind } from '../../domain/fault.ts'

type Coded = { readonly code?: unknown; readonly afterMs?: unknown; readonly message?: unknown; readonly errors?: readonly Coded[] }

/** kind, and what happened and what to do, after "<host> ". */
const words: Readonly<Record<string, readonly [FaultKind, string]>> = {
  PRIVATE_ADDRESS: [
    'invalid',
    'is at a private or reserved address; if that is meant, list it under `registries` with `allowPrivate: true` in the file that UNDERPIN_CONFIG names',
  ],
  TOO_LARGE: ['invalid', 'answered with more bytes than we read; nothing of it was used'],
  BAD_ENCODING: ['invalid', 'sent a body that we will not decode'],
  ENOTFOUND: ['transient', 'has no address in DNS; check the spelling and the network'],
  EAI_AGAIN: ['transient', 'could not be looked up in DNS just now; try again later'],
  ECONNREFUSED: ['transient', 'refused the connection; check that it runs and that the port is right'],
  ECONNRESET: ['transient', 'closed the connection before the answer was complete; try again later'],
  EPIPE: ['transient', 'closed the connection before the answer was complete; try again later'],
  UND_ERR_SOCKET: ['transient', 'closed the connection before the answer was complete; try again later'],
  UND_ERR_CONNECT_TIMEOUT: ['transient', 'did not accept a connection in time; check the network, or try again later'],
  UND_ERR_HEADERS_OVERFLOW: ['invalid', 'sent more headers than we read'],
  UND_ERR_RESPONSE_EXCEEDED_MAX_SIZE: ['invalid', 'answered with more bytes than we read'],
}

/** `error`, thrown while talking to `host` (with its port), as a fault; what is no failure of the outside world comes back as it is. */
export function faultOf(error: unknown, host: string): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error
  const { code, afterMs } = codedOf(error)
  const fault = (kind: FaultKind, text: string) => new Fault(kind, `${host} ${text}`, { host, cause: error })
  // Undici's parser error has a code only where llhttp gave one.
  if (error.name === 'HTTPParserError') return fault('invalid', 'answered with something that is not HTTP; check scheme and port')
  if (typeof code !== 'string') return error
  if (code === 'FELL_SILENT') return fault('transient', `sent nothing for ${Number(afterMs) / 1000} s in the middle of an answer; try again later`)
  if (code === 'TIMED_OUT') return fault('transient', `did not answer within ${Number(afterMs) / 1000} s; try again later`)
  const known = Object.hasOwn(words, code) ? words[code] : undefined
  if (known !== undefined) return fault(...known)
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code) || code === 'EPROTO') {
    return fault('invalid', `could not be trusted over TLS (${code}); check its certificate, or give us its CA`)
  }
  return /^(E[A-Z]+|UND_ERR_(?!INVALID).*)$/.test(code) ? fault('transient', `could not be reached (${code}); try again later`) : error
}

/** Node gives an `AggregateError` when it tried several addresses: the first says it as well as any. */
function codedOf(error: Error & Coded): Coded {
  return error.code === undefined && Array.isArray(error.errors) ? (error.errors[0] ?? error) : error
}
