/** Scopes: who may see what an upstream registry told us. */

/** `public`, or the id of the one operator credential that was used. Nothing learnt under one scope is shown under another. */
export type Scope = string

/** What an anonymous pull shows. */
export const publicScope: Scope = 'public'

/** The part of an operator's registry credential that decides who may use it; the secret itself stays in the adapters. */
export type CredentialGrant = {
  readonly id: string
  /** `ghcr.io`, or with a path prefix `ghcr.io/acme`. */
  readonly registry: string
  /** Installations that may use it; `all` only when the operator says so. */
  readonly installations: 'all' | readonly number[]
}

/** The scope in which `installationId` (null: a person at the command line) looks at an image: the longest matching grant, else `public`. */
export function scopeFor(
  image: { readonly registry: string; readonly repository: string },
  installationId: number | null,
  grants: readonly CredentialGrant[],
): Scope {
  const full = `${image.registry}/${image.repository}`
  const covers = (grant: CredentialGrant) => full === grant.registry || full.startsWith(`${grant.registry}/`)
  const usable = grants.filter(
    (grant) => covers(grant) && (installationId === null || grant.installations === 'all' || grant.installations.includes(installationId)),
  )
  return usable.sort((a, b) => b.registry.length - a.registry.length)[0]?.id ?? publicScope
}
