/** Opens attestations: an in-toto statement, bare or in a DSSE envelope or a Sigstore bundle, or a document by itself. Signatures are not looked at. */
import { type Digest, parseDigest } from '../../../domain/image/digest.ts'
import { boundedJson } from './bounded-json.ts'
import { bundleSchema, envelopeSchema, statementSchema } from './schema.ts'

/** What a predicate or document is. */
export type PredicateKind = 'spdx' | 'cyclonedx' | 'slsa-0' | 'slsa-1'

/** `subjects` are the manifests that a statement speaks of; null for a document by itself, which names none. `other` is nothing that we read. */
export type Opened =
  | { readonly kind: PredicateKind; readonly predicate: unknown; readonly subjects: readonly Digest[] | null }
  | { readonly kind: 'other' }
  | { readonly kind: 'invalid'; readonly problem: string }

const invalid = (problem: string): Opened => ({ kind: 'invalid', problem })

/** Reads the bytes of one attestation. */
export function openAttestation(bytes: Uint8Array): Opened {
  const json = boundedJson(bytes)
  if (json.kind === 'invalid') return invalid(json.problem)
  const bundle = bundleSchema.safeParse(json.value)
  const envelope = envelopeSchema.safeParse(bundle.success ? bundle.data.dsseEnvelope : json.value)
  if (!envelope.success) return openValue(json.value)
  if (envelope.data.payloadType !== 'application/vnd.in-toto+json') return { kind: 'other' }
  const payload = boundedJson(Buffer.from(envelope.data.payload, 'base64'))
  return payload.kind === 'invalid' ? invalid(`the payload of its envelope: ${payload.problem}`) : openValue(payload.value)
}

function openValue(value: unknown): Opened {
  const has = (field: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, field)
  if (!has('_type')) {
    const kind = has('spdxVersion') ? 'spdx' : has('bomFormat') ? 'cyclonedx' : null
    return kind === null ? { kind: 'other' } : { kind, predicate: value, subjects: null }
  }
  const statement = statementSchema.safeParse(value)
  if (!statement.success) return invalid('it is no in-toto statement of version 0.1 or 1')
  const { predicateType, predicate, subject } = statement.data
  const kind = predicateKind(predicateType)
  if (kind === null) return { kind: 'other' }
  const subjects = (subject ?? []).flatMap(({ digest }) => [digestOf('sha256', digest?.sha256), digestOf('sha512', digest?.sha512)])
  const known = subjects.filter((digest) => digest !== null)
  if (known.length === 0 && (subject ?? []).length > 0) return invalid('its subject has no digest that we know')
  return { kind, predicate, subjects: known }
}

function digestOf(algorithm: string, hex: string | undefined): Digest | null {
  return hex === undefined ? null : parseDigest(`${algorithm}:${hex}`)
}

/** What a predicate of that type is, null for one that we do not read; versions stand at the end of the type. */
export function predicateKind(predicateType: string): PredicateKind | null {
  if (/^https:\/\/spdx\.dev\/Document(\/v2[\d.]*)?$/.test(predicateType)) return 'spdx'
  if (/^https:\/\/cyclonedx\.org\/(bom|schema)(\/v?[\d.]+)?$/.test(predicateType)) return 'cyclonedx'
  if (/^https:\/\/slsa\.dev\/provenance\/v0\.[12]$/.test(predicateType)) return 'slsa-0'
  return /^https:\/\/slsa\.dev\/provenance\/v1(\.\d+)?$/.test(predicateType) ? 'slsa-1' : null
}
