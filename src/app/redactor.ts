/** Takes secrets out of text: those whose value we know, and what looks like one. */

/** Gives `text` without secrets. `learn` adds values, such as a token that we were just given. */
export type Redactor = ((text: string) => string) & { readonly learn: (secret: string) => void }

const gone = '[redacted]'

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]+-----[^"]*?(?:-----END [A-Z0-9 ]+-----|(?=")|$)/g, gone],
  // Installation tokens hold dots, dashes and underscores since 2026; the shorter pattern would leave their tail.
  [/\bgh[a-z]_[A-Za-z0-9._-]{36,}/g, gone],
  [/\bgithub_pat_[A-Za-z0-9_]{20,}/g, gone],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, gone],
  [/\b(Bearer|Basic)( +|%20)[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${gone}`],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"'\\]+@/gi, `$1${gone}@`],
]

/** `secrets` shorter than 6 characters are left alone: they would tear holes into ordinary words. Lines may be JSON, where a secret stands escaped. */
export function redactor(secrets: readonly string[]): Redactor {
  const known = new Set<string>()
  let ordered: readonly string[] = []
  const learn = (secret: string): void => {
    if (secret.length < 6) return
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) known.add(form)
    ordered = [...known].sort((a, b) => b.length - a.length)
  }
  for (const secret of secrets) learn(secret.trim())
  const redact = (text: string): string => {
    const withoutKnown = ordered.reduce((rest, secret) => rest.replaceAll(secret, gone), text)
    return patterns.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), withoutKnown)
  }
  return Object.assign(redact, { learn })
}
