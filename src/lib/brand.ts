/** Nominal types over primitives: a value that passed its parser cannot be mixed up with one that did not. */

declare const brand: unique symbol

/** A `Base` that only the parser of `Name` hands out. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }
