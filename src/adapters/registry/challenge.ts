/** `WWW-Authenticate`: how a registry wants to be asked (https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate). */

/** Basic, or a bearer token from `realm` (https://distribution.github.io/distribution/spec/auth/token/). */
export type Challenge =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: string; readonly service: string | null; readonly scope: string | null }

/** The challenge we can answer, bearer before basic, or null. Several in one header, or several headers joined by ", ", are told apart. */
export function parseChallenge(header: string | undefined): Challenge | null {
  const found = split(header?.slice(0, 8192) ?? '')
  const bearer = found.find(({ scheme, parameters }) => scheme === 'bearer' && (parameters.get('realm') ?? '') !== '')
  if (bearer !== undefined) {
    const { parameters } = bearer
    return { kind: 'bearer', realm: parameters.get('realm') ?? '', service: parameters.get('service') ?? null, scope: parameters.get('scope') ?? null }
  }
  return found.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : null
}

function split(header: string): readonly { readonly scheme: string; readonly parameters: ReadonlyMap<string, string> }[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  // Either `name=value` (a parameter of the last scheme) or a bare word (the next scheme); commas and spaces lie between.
  for (const [, name, quoted, bare, scheme] of header.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))|([\w-]+)/g)) {
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
    else if (name !== undefined) challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '')
  }
  return challenges
}
