/** Who we are on GitHub: the login of the app's bot. */
import { z } from 'zod'
import type { Client } from './client.ts'
import { check } from './transport.ts'

/** `underpin[bot]` everywhere but in GraphQL's actors, which leave the ending off and say `Bot` instead. */
export type Identity = {
  /** Raises the faults of the client. Asked once, then remembered. */
  login(): Promise<string>
  /** What the viewer of an installation's token is called, where an answer said it. */
  learn(login: string): void
}

const app = z.object({ slug: z.string().regex(/^[A-Za-z0-9-]{1,100}$/) })

/** Learns from the viewer of any answer, else from `GET /app` (https://docs.github.com/rest/apps/apps#get-the-authenticated-app). */
export function createIdentity(client: Client): Identity {
  let known: string | null = null
  return {
    async login() {
      if (known !== null) return known
      const { data } = await client.asApp('read our own name', { route: 'GET /app', parameters: {} })
      const { slug } = check({ host: client.host, what: 'read our own name', needs: null, isWrite: false }, app, data)
      return (known = `${slug}[bot]`)
    },
    learn(login) {
      if (login.endsWith('[bot]')) known ??= login
    },
  }
}

/** Whether a GraphQL actor is the bot called `login`. */
export function isBot(actor: { readonly __typename: string; readonly login: string } | null, login: string): boolean {
  return actor !== null && actor.__typename === 'Bot' && actor.login.replace(/\[bot\]$/, '') === login.replace(/\[bot\]$/, '')
}
