/** Which webhook secrets we start with. Probot falls back to a public one; we refuse to start instead. */

/** Hints of placeholders and examples; a random secret of 32 characters holds one of them about never. */
const wellKnown = [
  'development',
  'changeme',
  'change-me',
  'change_me',
  'your-secret',
  'your_secret',
  'webhooksecret',
  'webhook-secret',
  'webhook_secret',
  'mysecret',
  'my-secret',
  'password',
  'placeholder',
  'replace',
  'example',
  '0123456789',
  '123456789',
  'abcdefghij',
]

/** Why `secret` is no secret, or null when it may be one. The text never holds it. */
export function weakSecret(secret: string): string | null {
  if (secret.length < 32) return `has ${secret.length} characters, at least 32 are needed`
  const lower = secret.toLowerCase()
  if (lower.startsWith('secret') || wellKnown.some((word) => lower.includes(word))) return 'is a well-known placeholder'
  if (new Set(secret).size < 8 || /^(.{1,16})\1+$/.test(secret)) return 'repeats itself'
  return null
}
