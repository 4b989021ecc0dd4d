/** A "no" of GitHub: carried to REST as a status, to GraphQL as an error type. */

export type RefusalKind = 'not-found' | 'forbidden' | 'unprocessable' | 'conflict' | 'stale' | 'not-allowed' | 'bad-request' | 'unauthorized' | 'gone'

const statusOf: Readonly<Record<RefusalKind, number>> = {
  'not-found': 404,
  forbidden: 403,
  unprocessable: 422,
  conflict: 409,
  stale: 409,
  'not-allowed': 405,
  'bad-request': 400,
  unauthorized: 401,
  gone: 410,
}

const typeOf: Readonly<Record<RefusalKind, string>> = {
  'not-found': 'NOT_FOUND',
  forbidden: 'FORBIDDEN',
  unprocessable: 'UNPROCESSABLE',
  conflict: 'UNPROCESSABLE',
  stale: 'STALE_DATA',
  'not-allowed': 'UNPROCESSABLE',
  'bad-request': 'UNPROCESSABLE',
  unauthorized: 'FORBIDDEN',
  gone: 'NOT_FOUND',
}

/** Thrown by the verbs of the stand-in where GitHub would say no; `errors` is REST's list of details. */
export class Refusal extends Error {
  readonly kind: RefusalKind
  readonly errors: readonly unknown[] | undefined
  constructor(kind: RefusalKind, message: string, errors?: readonly unknown[]) {
    super(message)
    this.kind = kind
    this.errors = errors
  }
  /** The HTTP status REST answers with. */
  get status(): number {
    return statusOf[this.kind]
  }
  /** The `type` of GraphQL's error. */
  get type(): string {
    return typeOf[this.kind]
  }
}

/** What a token gets for something it may not see. */
export const notFound = (message = 'Not Found'): Refusal => new Refusal('not-found', message)

/** What an installation token gets for a permission it does not have. */
export const notAccessible = (): Refusal => new Refusal('forbidden', 'Resource not accessible by integration')
