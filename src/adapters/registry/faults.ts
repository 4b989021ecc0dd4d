/** What a registry's refusals mean, in words for the person who must act on them. */
import { Fault } from '../../domain/fault.ts'
import { formatImageName, type ImageName } from '../../domain/image/reference.ts'
import type { HttpResponse } from '../http/index.ts'
import { missingCredential } from './credentials.ts'
import { readErrorCode } from './schema.ts'

/** The fault for an answer that is not what was asked for. `what` is a noun phrase ("tag 3.12"); `credential` says whether one was sent. (429 is the HTTP client's fault already.) */
export function refusal(image: ImageName, what: string, answer: Pick<HttpResponse, 'status' | 'body'>, credential: boolean): Fault {
  const host = image.registry
  const name = formatImageName(image)
  const code = readErrorCode(answer.body)
  const told = code === null ? '' : ` (${code})`
  switch (answer.status) {
    case 401:
    case 403:
      return new Fault('unauthorized', `${host} refused us ${name}${told}: ${unauthorizedAdvice(host, credential)}`, { host })
    case 404:
      return new Fault('missing', missingText(name, what, code), { host })
    default: {
      const kind = answer.status >= 500 ? 'transient' : 'invalid'
      const advice = kind === 'transient' ? 'try again later' : 'check that it is a container registry'
      return new Fault(kind, `${host} answered ${answer.status}${told} for ${what} of ${name}; ${advice}`, { host })
    }
  }
}

function unauthorizedAdvice(host: string, credential: boolean): string {
  if (credential) return `the credential for ${host} does not give read access to it; check its user, password and rights`
  return `it is private or does not exist; ${missingCredential(host)}`
}

function missingText(name: string, what: string, code: string | null): string {
  if (code === 'NAME_UNKNOWN') return `${name} does not exist in its registry (NAME_UNKNOWN); check the name`
  if (code === 'MANIFEST_UNKNOWN') return `${name} exists but has no ${what} (MANIFEST_UNKNOWN); it was removed or never there`
  return `${name} has no ${what}, or does not exist${code === null ? '' : ` (${code})`}`
}
