/** GitHub's webhook signature: HMAC-SHA256 over the raw body (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries). */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** Takes the body piece by piece, then says whether one of the secrets made the signature. */
export type SignatureCheck = { readonly update: (chunk: Uint8Array) => void; readonly matches: () => boolean }

/** Null when `header` (`X-Hub-Signature-256`) is not a well-formed SHA-256 signature, so that a body need not be read at all. */
export function signatureCheck(header: string | undefined, secrets: readonly string[]): SignatureCheck | null {
  const hex = /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1]
  if (hex === undefined || secrets.length === 0) return null
  const claimed = Buffer.from(hex, 'hex')
  const macs = secrets.map((secret) => createHmac('sha256', secret))
  return {
    update: (chunk) => {
      for (const mac of macs) mac.update(chunk)
    },
    // All are compared, so that time does not tell which secret is in use.
    matches: () => macs.map((mac) => timingSafeEqual(mac.digest(), claimed)).includes(true),
  }
}
