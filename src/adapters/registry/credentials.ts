/** Credentials for registries, and the hosts that may see them. */
import type { CredentialGrant } from '../../domain/image/scope.ts'

/** A login to one registry. It is sent to `registry`'s host and to its token host, and nowhere else. */
export type StoredCredential = CredentialGrant & {
  /** `host` or `host:port` that exchanges this login for tokens, where that is neither the registry itself nor built in. */
  readonly tokenHost?: string | undefined
  /** `<token>` where the password is an identity token (Docker's `identitytoken`). */
  readonly username: string
  readonly password: string
}

/** The user name that Docker's configuration uses where the password is a refresh token. */
export const identityTokenUser = '<token>'

/** Registries whose logins are exchanged elsewhere, and always have been. */
const tokenHosts: Readonly<Record<string, string>> = { 'docker.io': 'auth.docker.io' }

/** `registry` of a grant without its path prefix: `ghcr.io/acme` → `ghcr.io`. */
function hostOfGrant(credential: StoredCredential): string {
  return credential.registry.split('/')[0] ?? ''
}

/** True when `credential` may be sent to a token server at `realm` for a registry that is reached at `endpointHost`. */
export function mayVisit(credential: StoredCredential, realm: URL, endpointHost: string): boolean {
  const host = hostOfGrant(credential)
  return realm.host === endpointHost || realm.host === host || realm.host === (credential.tokenHost ?? tokenHosts[host])
}

/** What a person must configure to read private images of `registry`. */
export function missingCredential(registry: string): string {
  const more =
    registry === 'ghcr.io' ? ' (a personal access token with read:packages: the token of a GitHub App is reported not to pull private images there)' : ''
  return `configure a credential for ${registry}${more}`
}

/** `Authorization: Basic …` for `credential`. */
export function basicAuthorization(credential: StoredCredential): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`
}
