/** What the three kinds of database have in common: headers under a number, and a place to say what could not be read. */

/** A header as stored, under rpm's number for it. */
export type StoredHeader = { readonly number: number; readonly blob: Uint8Array }

/** Takes a sentence about what could not be read; reading goes on with the rest. */
export type Report = (problem: string) => void
