/** The app's own proof of identity: a signed JWT (https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app). */
import { createPrivateKey, createSign } from 'node:crypto'

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * A JWT for `appId`, good from a minute before `asOf` (clocks differ) for ten minutes, which is GitHub's most.
 * `privateKey` is PEM, PKCS#1 or PKCS#8, also with `\n` written out; throws when it is neither.
 */
export function createAppJwt(appId: string, privateKey: string, asOf: Date): { readonly jwt: string; readonly expiresAt: string } {
  const issuedAt = Math.floor(asOf.getTime() / 1_000) - 60
  const expiresAt = issuedAt + 600
  const body = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: issuedAt, exp: expiresAt, iss: appId })}`
  const signature = createSign('RSA-SHA256')
    .update(body)
    .sign(createPrivateKey(privateKey.replaceAll('\\n', '\n')), 'base64url')
  return { jwt: `${body}.${signature}`, expiresAt: new Date(expiresAt * 1_000).toISOString() }
}
