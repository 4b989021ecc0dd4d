/** The escape character of a Dockerfile: it quotes characters and continues lines. */

export type Escape = '\\' | '`'
