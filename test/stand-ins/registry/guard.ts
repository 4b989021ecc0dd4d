/** Who may ask the stand-in: nobody's question, Basic, or bearer tokens from its token endpoint (https://distribution.github.io/distribution/spec/auth/token/). */
import type { RightAnswer } from './behaviour.ts'

export type Auth = 'none' | 'basic' | 'bearer'

export type Guard = {
  /** The 401 to answer with, or null where the request may pass. */
  refuse(authorization: string | undefined, repository: string | null): RightAnswer | null
  /** The token endpoint's answer. A refresh token is a password without its user. */
  token(authorization: string | undefined, parameters: URLSearchParams): RightAnswer
}

/** `users` maps names to passwords. Repositories in `publicRepositories` (null: all) give tokens to anonymous callers. */
export function createGuard(auth: Auth, users: Readonly<Record<string, string>>, realm: () => string, publicRepositories: readonly string[] | null): Guard {
  const tokens = new Map<string, string>()
  const known = (authorization: string | undefined) => {
    const [, encoded] = /^Basic (.+)$/.exec(authorization ?? '') ?? []
    const [user = '', ...password] = Buffer.from(encoded ?? '', 'base64')
      .toString()
      .split(':')
    return encoded !== undefined && Object.hasOwn(users, user) && users[user] === password.join(':')
  }
  return {
    refuse(authorization, repository) {
      if (auth === 'none') return null
      if (auth === 'basic') return known(authorization) ? null : errorAnswer(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="stand-in"' })
      const scope = repository === null ? null : `repository:${repository}:pull`
      const granted = tokens.get(/^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '')
      if (granted !== undefined && (scope === null || granted === scope)) return null
      const parameters = [`realm="${realm()}"`, 'service="stand-in"', ...(scope === null ? [] : [`scope="${scope}"`])]
      return errorAnswer(401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer ${parameters.join(',')}` })
    },
    token(authorization, parameters) {
      const scope = parameters.get('scope') ?? ''
      const repository = scope.split(':')[1] ?? ''
      const refreshToken = parameters.get('refresh_token')
      if (refreshToken !== null && !Object.values(users).includes(refreshToken)) return errorAnswer(401, 'UNAUTHORIZED')
      if (authorization !== undefined && !known(authorization)) return errorAnswer(401, 'UNAUTHORIZED')
      const anonymous = authorization === undefined && refreshToken === null
      if (anonymous && publicRepositories !== null && !publicRepositories.includes(repository)) return errorAnswer(401, 'UNAUTHORIZED')
      const token = `stand-in-token-${tokens.size + 1}`
      tokens.set(token, scope)
      return jsonAnswer(200, { token, expires_in: 300 })
    },
  }
}

/** An error as the distribution specification writes it. */
export function errorAnswer(status: number, code: string, headers: Record<string, string> = {}): RightAnswer {
  return jsonAnswer(status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }, headers)
}

export function jsonAnswer(status: number, value: object, headers: Record<string, string> = {}): RightAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(JSON.stringify(value)) }
}
