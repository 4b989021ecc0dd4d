/** GitHub's REST description: which operation a request is, whether it and the answer have the right shape, and what a shape lacks. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'

export type Json = Record<string, unknown>
type Schema = Json
export type Operation = { readonly id: string; readonly pointer: string; readonly described: Json }
export type Matched = { readonly operation: Operation; readonly params: Readonly<Record<string, string>> }

const manySegments = new Set(['path', 'basehead'])
const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void
const escapePointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1')

function locate(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, 'test/stand-ins/github/openapi.json')
    if (existsSync(join(folder, 'package.json')) && existsSync(file)) return file
  }
  throw new Error('openapi.json of the GitHub stand-in is missing')
}

type Description = { readonly paths: Record<string, Record<string, Json>>; readonly components: Json }
/** Shared by all stand-ins of a process: what is compiled once stays. */
let shared: { readonly doc: Description; readonly ajv: Ajv; readonly compiled: Map<string, ValidateFunction> } | null = null
function load(): NonNullable<typeof shared> {
  const doc = JSON.parse(readFileSync(locate(), 'utf8')) as Description
  const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false, validateSchema: false })
  addFormats(ajv)
  ajv.addFormat('repo.nwo', true)
  ajv.addSchema(doc as unknown as Schema, 'github')
  return { doc, ajv, compiled: new Map() }
}

/** The description, compiled operation by operation as they are used. */
export class OpenApi {
  readonly #doc: Description
  readonly #ajv: Ajv
  readonly #compiled: Map<string, ValidateFunction>
  readonly #routes: { readonly method: string; readonly shape: RegExp; readonly names: readonly string[]; readonly operation: Operation }[] = []
  /** What stands in URLs that nobody reads. */
  baseUrl = 'http://127.0.0.1'

  constructor() {
    shared ??= load()
    this.#doc = shared.doc
    this.#ajv = shared.ajv
    this.#compiled = shared.compiled
    const paths = Object.entries(this.#doc.paths).toSorted(([a], [b]) => a.split('{').length - b.split('{').length)
    for (const [path, methods] of paths) {
      const names: string[] = []
      const shape = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
        names.push(name)
        return manySegments.has(name) || (name === 'ref' && path.includes('/git/')) ? '(.+)' : '([^/]+)'
      })
      for (const [method, described] of Object.entries(methods)) {
        const pointer = `/paths/${escapePointer(path)}/${method}`
        this.#routes.push({
          method: method.toUpperCase(),
          shape: new RegExp(`^${shape}$`),
          names,
          operation: { id: String(described.operationId), pointer, described },
        })
      }
    }
  }
  /** The operation of a request, or null when GitHub has none. */
  match(method: string, path: string): Matched | null {
    for (const route of this.#routes) {
      const found = route.method === method ? route.shape.exec(path) : null
      if (found === null) continue
      return { operation: route.operation, params: Object.fromEntries(route.names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')])) }
    }
    return null
  }
  /** What is wrong with the request's body or parameters; null when nothing is. */
  requestProblem(matched: Matched, query: URLSearchParams, body: unknown): string | null {
    const { operation } = matched
    for (const raw of (operation.described.parameters ?? []) as Schema[]) {
      const parameter = this.#resolve(raw)
      const name = String(parameter.name)
      const text = parameter.in === 'path' ? matched.params[name] : parameter.in === 'query' ? (query.get(name) ?? undefined) : undefined
      if (text === undefined) continue
      const schema = this.#resolve(parameter.schema as Schema)
      const value = schema.type === 'integer' ? Number(text) : schema.type === 'boolean' ? text === 'true' : text
      if (schema.type === 'integer' && !Number.isInteger(value)) return `${name} is not an integer`
      if (schema.type !== 'array' && schema.oneOf === undefined && Array.isArray(schema.enum) && !schema.enum.includes(value))
        return `${name} is not one of ${schema.enum.join(', ')}`
      if (name === 'per_page' && Number(text) > 100) return 'per_page is over 100'
    }
    const content = (operation.described.requestBody as Json | undefined)?.content as Json | undefined
    if (content?.['application/json'] === undefined) return null
    const required = (operation.described.requestBody as Json).required === true
    if (body === undefined) return required ? 'a body is required' : null
    return this.#problem(`${operation.pointer}/requestBody/content/application~1json/schema`, body)
  }
  /** What is wrong with our own answer; null when nothing is. */
  responseProblem(operation: Operation, status: number, body: unknown): string | null {
    const found = this.#responseSchema(operation, status)
    if (found === 'undescribed') return `${operation.id} never answers ${status}`
    return found === null ? null : this.#problem(found, body)
  }
  /** The body with every required field: what the state does not hold gets an empty value of the right type. */
  completed(operation: Operation, status: number, body: unknown): unknown {
    const pointer = this.#responseSchema(operation, status)
    return pointer === null || pointer === 'undescribed' ? body : this.#complete(this.#at(pointer), body)
  }
  /** A named component with every required field. */
  shaped(name: string, body: Json): Json {
    return this.#complete({ $ref: `#/components/schemas/${name}` }, body) as Json
  }

  #responseSchema(operation: Operation, status: number): string | null {
    const raw = (operation.described.responses as Record<string, Schema>)[String(status)]
    if (raw === undefined) return 'undescribed'
    const pointer = typeof raw.$ref === 'string' ? raw.$ref.slice(1) : `${operation.pointer}/responses/${status}`
    const content = this.#resolve(raw).content as Json | undefined
    return content?.['application/json'] === undefined ? null : `${pointer}/content/application~1json/schema`
  }
  #problem(pointer: string, value: unknown): string | null {
    const known = this.#compiled.get(pointer) ?? this.#ajv.compile({ $ref: `github#${pointer.split('/').map(encodeURIComponent).join('/')}` })
    this.#compiled.set(pointer, known)
    if (known(value)) return null
    return this.#ajv.errorsText(known.errors, { dataVar: 'body' })
  }
  #at(pointer: string): Schema {
    let found: unknown = this.#doc
    for (const part of pointer.split('/').slice(1)) found = (found as Json)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
    return found as Schema
  }
  #resolve(schema: Schema): Schema {
    let found = schema
    while (typeof found.$ref === 'string') found = this.#at(found.$ref.slice(1))
    return found
  }
  #complete(raw: Schema, value: unknown): unknown {
    const schema = this.#merged(this.#resolve(raw))
    if (value === undefined) return this.#empty(schema)
    if (Array.isArray(value)) return schema.items === undefined ? value : value.map((item) => this.#complete(schema.items as Schema, item))
    if (value === null || typeof value !== 'object') return value
    const properties = (schema.properties ?? {}) as Record<string, Schema>
    const out: Json = {}
    for (const [name, field] of Object.entries(value)) out[name] = properties[name] === undefined ? field : this.#complete(properties[name], field)
    for (const name of (schema.required ?? []) as string[]) {
      if (out[name] !== undefined) continue
      out[name] = this.#complete(properties[name] ?? {}, undefined)
      if (typeof out[name] === 'string' && name.endsWith('url')) out[name] = this.baseUrl
    }
    return out
  }
  #merged(schema: Schema): Schema {
    const parts = (schema.allOf ?? (schema.anyOf as Schema[] | undefined)?.slice(0, 1) ?? (schema.oneOf as Schema[] | undefined)?.slice(0, 1)) as
      | Schema[]
      | undefined
    if (parts === undefined) return schema
    const isNullable = schema.nullable === true || JSON.stringify(schema.anyOf ?? []).includes('"enum":[null]')
    const all = parts.map((part) => this.#merged(this.#resolve(part)))
    return {
      ...all[0],
      ...schema,
      ...(isNullable ? { nullable: true } : {}),
      properties: Object.assign({}, ...all.map((part) => part.properties ?? {}), schema.properties ?? {}) as Json,
      required: [...all.flatMap((part) => (part.required ?? []) as string[]), ...((schema.required ?? []) as string[])],
    }
  }
  #empty(schema: Schema): unknown {
    if (schema.nullable === true) return null
    if (schema.default !== undefined) return schema.default
    if (Array.isArray(schema.enum)) return schema.enum[0]
    if (schema.type === 'string') return schema.format === 'date-time' ? '1970-01-01T00:00:00Z' : schema.format === 'uri' ? this.baseUrl : ''
    if (schema.type === 'integer' || schema.type === 'number') return 0
    if (schema.type === 'boolean') return false
    if (schema.type === 'array') return []
    return this.#complete({ ...schema, anyOf: undefined, oneOf: undefined, allOf: undefined }, {})
  }
}
