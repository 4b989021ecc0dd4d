/** The shape of `config/default.yml` and of the operator's file over it. */
import { z } from 'zod'
import { publicScope } from '../../domain/image/scope.ts'

const positive = z.int().min(1)
/** What moving one pull request costs: with less in a window it could never be done. */
const leastWrites = 4
const host = z.string().regex(/^[a-z0-9.-]+(:\d{1,5})?$/, 'expected a host name in lower case, with a port where it is not 443')
const url = z.url({ protocol: /^https?$/, error: 'expected an address that begins with https://' }).transform((text) => text.replace(/\/+$/, ''))

const registry = z.strictObject({
  host,
  /** Plain http. */
  insecure: z.boolean().default(false),
  /** May live on a private address. */
  allowPrivate: z.boolean().default(false),
})

const credential = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/, 'expected up to 40 of a-z, 0-9 and -')
      .refine((id) => id !== publicScope, { error: '"public" is what everybody may see; choose another id' }),
    registry: host,
    tokenHost: host.optional(),
    username: z.string().min(1),
    passwordFile: z.string().min(1).optional(),
    passwordEnv: z.string().min(1).optional(),
    installations: z.union([z.literal('all'), z.array(z.int().min(1)).min(1)], { error: 'expected "all" or a list of installation ids' }),
  })
  .refine(({ passwordFile, passwordEnv }) => (passwordFile === undefined) !== (passwordEnv === undefined), {
    error: 'expected passwordFile or passwordEnv, and only one of them',
  })

/** Every setting, with defaults and operator's file merged. */
export const fileSchema = z.strictObject({
  server: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(0).max(65_535),
    publicUrl: url.nullable(),
    webhookPath: z.string().regex(/^\/[\w./-]*$/, 'expected a path that begins with /'),
  }),
  dataDir: z.string().min(1),
  github: z.strictObject({ baseUrl: url, webUrl: url, allowPrivate: z.boolean() }),
  queue: z.strictObject({ allowInsecureRedis: z.boolean() }),
  concurrency: z.strictObject({
    inbox: positive,
    installation: positive,
    discover: positive,
    resolve: positive,
    tags: positive,
    search: positive,
    decide: positive,
    deliver: positive,
    rebuild: positive,
    inspect: positive,
    installable: positive,
    feed: positive,
  }),
  inspectImages: z.boolean(),
  packageHosts: z.array(z.string().regex(/^(http:\/\/)?[a-z0-9.-]+(:\d{1,5})?$/, 'expected a host name in lower case, or http://HOST:PORT')),
  feeds: z.strictObject({
    enabled: z.union([z.literal('used'), z.array(z.string().regex(/^[a-z0-9-]{1,40}$/))], { error: 'expected "used" or a list of names of feeds' }),
    minutes: positive,
    origins: z.record(url, url),
    allowPrivate: z.boolean(),
  }),
  leaseSeconds: z.int().min(5).max(600),
  sweepSeconds: z.int().min(1).max(300),
  reconcileMinutes: positive,
  resolveMinutes: positive,
  tagsMinutes: positive,
  deliverGatherSeconds: z.number().min(0).max(60),
  dispatchLookupSeconds: z.int().min(1).max(3600),
  runPollSeconds: z.int().min(5).max(86_400),
  drainSeconds: z.int().min(0).max(600),
  registries: z.array(registry),
  credentials: z.array(credential),
  limits: z.strictObject({
    contentWritesPerMinute: z.int().min(leastWrites),
    contentWritesPerHour: z.int().min(leastWrites),
    pullRequestsPerInstallationAndHour: positive,
  }),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']) }),
})

/** Settings that passed. */
export type FileSettings = z.infer<typeof fileSchema>
