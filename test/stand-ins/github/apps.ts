/** Making apps: by hand, and from a manifest. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { AppState, Permissions, World } from './world.ts'

export type NewApp = {
  readonly slug: string
  readonly permissions: Permissions
  readonly events: readonly string[]
  readonly webhookUrl?: string
  readonly webhookSecret?: string
  readonly owner?: string
}
/** What is read of a manifest that `validateManifest` took. */
export type AppManifest = {
  readonly name?: string
  readonly redirect_url?: string
  readonly hook_attributes?: { readonly url: string; readonly active?: boolean }
  readonly default_permissions?: Permissions
  readonly default_events?: readonly string[]
}
/** Manifests that wait to be converted, by code; a code works once. */
export type Manifests = Map<string, { readonly manifest: AppManifest; readonly owner: string }>

const pairs: { readonly privateKey: string; readonly publicKey: string }[] = []
/** The n-th key pair of this process: apps of one stand-in differ, and the next stand-in need not wait for new primes. */
function keyPair(index: number): (typeof pairs)[number] {
  const made =
    pairs[index] ??
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    })
  pairs[index] = made
  return made
}

/** Makes an app with a key pair of its own. */
export function createApp(world: World, wanted: NewApp): { readonly state: AppState; readonly secret: string } {
  const { privateKey, publicKey } = keyPair(world.apps.size)
  const id = world.nextId()
  const secret = wanted.webhookSecret ?? randomBytes(20).toString('hex')
  const state: AppState = {
    id,
    nodeId: `A_${id}`,
    slug: wanted.slug,
    owner: world.account(wanted.owner ?? 'acme', 'Organization'),
    bot: world.account(`${wanted.slug}[bot]`, 'Bot'),
    permissions: wanted.permissions,
    events: wanted.events,
    privateKey,
    publicKey,
    clientId: `Iv1.${randomBytes(8).toString('hex')}`,
    clientSecret: randomBytes(20).toString('hex'),
    createdAt: world.now(),
    hook: wanted.webhookUrl === undefined ? null : { url: wanted.webhookUrl, secret },
  }
  world.apps.set(id, state)
  return { state, secret }
}

/** Makes the app of a manifest. */
export function createAppFromManifest(world: World, manifest: AppManifest, owner: string): { readonly state: AppState; readonly secret: string } {
  const slug = (manifest.name ?? `app-${world.nextId()}`).toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const url = manifest.hook_attributes?.active === false ? undefined : manifest.hook_attributes?.url
  return createApp(world, {
    slug,
    owner,
    permissions: manifest.default_permissions ?? {},
    events: manifest.default_events ?? [],
    ...(url === undefined ? {} : { webhookUrl: url }),
  })
}
