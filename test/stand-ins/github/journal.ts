/** The journal: every request and every webhook, in order, without secrets. */
import type { Delivery } from './webhooks.ts'

export type JournalEntry = {
  readonly at: string
  readonly kind: 'rest' | 'graphql' | 'webhook'
  /** `POST` for requests, the event for webhooks. */
  readonly method: string
  /** REST: path and query. GraphQL: the operation's name. Webhooks: the action. */
  readonly what: string
  /** REST: the operation's id. GraphQL: root fields in order. */
  readonly fields: readonly string[]
  readonly isMutation: boolean
  readonly tokenId: string | null
  readonly installationId: number | null
  readonly contentWrites: number
  /** 0: the connection was cut, or nobody answered. */
  readonly status: number
  /** GraphQL errors, or REST's message. */
  readonly errors: readonly string[]
  /** Webhooks: the GUID. */
  readonly guid?: string
}

/** What happened on the stand-in's doorstep. */
export class Journal {
  readonly entries: JournalEntry[] = []
  /** Adds a request. */
  add(entry: JournalEntry): void {
    this.entries.push(entry)
  }
  /** Adds a webhook that was answered (status 0: it was not). */
  webhook(delivery: Delivery): void {
    this.add({
      at: delivery.at.toISOString(),
      kind: 'webhook',
      method: delivery.event,
      what: delivery.action ?? '',
      fields: [],
      isMutation: false,
      tokenId: null,
      installationId: delivery.installationId,
      contentWrites: 0,
      status: delivery.statusCode,
      errors: [],
      guid: delivery.guid,
    })
  }
  /** Requests only, in order. */
  get requests(): JournalEntry[] {
    return this.entries.filter((entry) => entry.kind !== 'webhook')
  }
  /** How many requests there were; those that only get tokens stand apart, since their number depends on caches. */
  countRequests(): { readonly rest: number; readonly graphql: number; readonly tokens: number; readonly contentWrites: number } {
    const isToken = (entry: JournalEntry) => entry.fields[0] === 'apps/create-installation-access-token'
    return {
      rest: this.requests.filter((entry) => entry.kind === 'rest' && !isToken(entry)).length,
      graphql: this.requests.filter((entry) => entry.kind === 'graphql').length,
      tokens: this.requests.filter(isToken).length,
      contentWrites: this.requests.reduce((sum, entry) => sum + entry.contentWrites, 0),
    }
  }
  /** One readable line per entry. */
  toJSON(): string[] {
    return this.entries.map((entry) => {
      const writes = entry.contentWrites > 0 ? ` · ${entry.contentWrites} write${entry.contentWrites > 1 ? 's' : ''}` : ''
      const errors = entry.errors.length > 0 ? ` · ${entry.errors.join('; ')}` : ''
      if (entry.kind === 'webhook') return `${entry.at} ⇠ ${entry.method}${entry.what === '' ? '' : `.${entry.what}`} → ${entry.status}`
      const what =
        entry.kind === 'graphql' ? `${entry.isMutation ? 'mutation' : 'query'} ${entry.what} { ${entry.fields.join(' ')} }` : `${entry.method} ${entry.what}`
      return `${entry.at} ⇢ ${what} → ${entry.status}${writes}${errors}`
    })
  }
}
