/** The exact bytes of blobs: many small ones by GraphQL, checked against their names, the others one by one by REST. */
import { z } from 'zod'
import type { Repo } from '../../domain/repo/repo.ts'
import { gitBlobOid } from '../../lib/hash.ts'
import { inSlices } from './batches.ts'
import type { Client, Document } from './client.ts'
import { fault } from './faults.ts'
import { type GraphqlAnswer, raiseUnlessGone } from './graphql.ts'
import { inRepo } from './names.ts'
import { check } from './transport.ts'

/** A blob by its name, and a repo that has it. */
export type WantedBlob = { readonly repo: Repo; readonly blobOid: string }

const mostBlobs = 100
/** Of text in one answer. */
const mostTextBytes = 1_000_000
/** `Blob.text` is cut at 512,000 bytes; well below it the text comes whole. */
const mostBytesAsText = 256_000

const purpose = { what: 'read files', needs: 'contents: read' }
const sized = z.object({ byteSize: z.number(), isBinary: z.boolean().nullish() })
const texted = z.object({ text: z.string().nullish() })
const rest = z.object({ content: z.string(), encoding: z.literal('base64') })

/** `fields` of each blob; aliases are `r<n>.b<m>`, no connections, cost 1. */
export function blobsDocument(wanted: readonly WantedBlob[], fields: string): Document {
  const variables: Record<string, unknown> = {}
  const inside = new Map<string, string[]>()
  for (const [index, { repo, blobOid }] of wanted.entries()) {
    variables[`b${index}`] = blobOid
    const fieldsOfRepo = inside.get(repo.nodeId) ?? []
    inside.set(repo.nodeId, [...fieldsOfRepo, `b${index}: object(oid: $b${index}) { ... on Blob { ${fields} } }`])
  }
  const aliases = [...inside].map(([nodeId, objects], index) => {
    variables[`r${index}`] = nodeId
    return `r${index}: node(id: $r${index}) { ... on Repository { ${objects.join(' ')} } }`
  })
  const declared = Object.keys(variables).map((name) => `$${name}: ${name.startsWith('r') ? 'ID' : 'GitObjectID'}!`)
  return { query: `query Blobs(${declared.join(', ')}) {\n  ${aliases.join('\n  ')}\n}`, variables }
}

/** Blobs over `maxBytes` and blobs that are gone are left out. Faults of the client; `invalid` when bytes are not what their name says. */
export async function readBlobs(
  client: Client,
  installationId: number,
  wanted: readonly WantedBlob[],
  maxBytes: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const unique = [...new Map(wanted.map((one) => [one.blobOid, one])).values()]
  const sizes = await ask(client, installationId, unique, mostBlobs, 'byteSize isBinary', sized)
  const fitting = sizes.filter(({ found }) => found !== null && found.byteSize <= maxBytes)
  const asText = fitting.filter(({ found }) => found !== null && found.isBinary !== true && found.byteSize <= mostBytesAsText)
  const bytes = new Map<string, Uint8Array>()
  for (const group of bySize(asText.map(({ blob, found }) => ({ blob, size: found?.byteSize ?? 0 })))) {
    for (const { blob, found } of await ask(client, installationId, group, group.length, 'text', texted)) {
      const decoded = Buffer.from(found?.text ?? '', 'utf8')
      if (found !== null && gitBlobOid(decoded) === blob.blobOid) bytes.set(blob.blobOid, decoded)
    }
  }
  for (const { blob } of fitting) {
    if (bytes.has(blob.blobOid)) continue
    const exact = await readExact(client, installationId, blob)
    if (exact.length <= maxBytes) bytes.set(blob.blobOid, exact)
  }
  return bytes
}

async function ask<T>(client: Client, installationId: number, wanted: readonly WantedBlob[], size: number, fields: string, form: z.ZodType<T>) {
  return await inSlices(wanted, Math.max(1, size), async (slice) => {
    const answer = await client.query(installationId, purpose, blobsDocument(slice, fields))
    return slice.map((blob, index) => ({ blob, found: fieldOf(client, answer, slice, index, form) }))
  })
}

function fieldOf<T>(client: Client, answer: GraphqlAnswer, slice: readonly WantedBlob[], index: number, form: z.ZodType<T>): T | null {
  const repos = [...new Set(slice.map(({ repo }) => repo.nodeId))]
  const alias = `r${repos.indexOf(slice[index]?.repo.nodeId ?? '')}`
  const node = check(client.attempt(purpose), z.record(z.string(), z.unknown()).nullish(), answer.data[alias])
  const value = node?.[`b${index}`]
  if (value !== null && value !== undefined) return check(client.attempt(purpose), form, value)
  raiseUnlessGone(answer, [alias])
  return null
}

/** Neighbours that together stay below the limit of one answer. */
function bySize(blobs: readonly { readonly blob: WantedBlob; readonly size: number }[]): readonly (readonly WantedBlob[])[] {
  const groups: WantedBlob[][] = []
  let room = 0
  for (const { blob, size } of blobs) {
    if (size > room || (groups.at(-1)?.length ?? mostBlobs) >= mostBlobs) {
      groups.push([])
      room = mostTextBytes
    }
    room -= size
    groups.at(-1)?.push(blob)
  }
  return groups
}

/** https://docs.github.com/rest/git/blobs#get-a-blob, up to 100 MB. */
async function readExact(client: Client, installationId: number, { repo, blobOid }: WantedBlob): Promise<Uint8Array> {
  const parameters = { ...inRepo(repo), file_sha: blobOid }
  const { data } = await client.read(installationId, purpose, { route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', parameters })
  const bytes = Buffer.from(check(client.attempt(purpose), rest, data).content, 'base64')
  if (gitBlobOid(bytes) !== blobOid) throw fault(client.attempt(purpose), 'invalid', `blob ${blobOid} has other bytes than its name says`)
  return bytes
}
