/** Pieces of the policy file's shape: texts, flags, numbers and lists. Each message tells its author what to do. */
import { z } from 'zod'

/** A text of 1 to `longest` characters without control or invisible ones; `what` tells what to write. */
export const text = (what: string, longest: number) =>
  z
    .string({ error: what })
    .min(1, what)
    .max(longest, `${what} (at most ${longest} characters)`)
    .refine((written) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(written), { error: `${what} (without control or invisible characters)` })

/** True or false; `purpose` and the default are what editors show. */
export const flag = (purpose: string, absent: boolean) => z.boolean({ error: 'write true or false' }).meta({ description: purpose, default: absent })

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most: number, purpose: string, absent: number) => {
  const error = `write a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, error).max(most, error).meta({ description: purpose, default: absent })
}

/** At most `most` items, `what` in the plural. */
export const listOf = <Item extends z.ZodType>(item: Item, most: number, what: string) =>
  z.array(item, { error: `write a list of ${what}` }).max(most, `name at most ${most} ${what}`)

/** For rules over several fields (`when` of zod's `refine`): they are asked as soon as there are fields, although one of these may be wrong for itself. */
export const isWritten = ({ value }: { readonly value: unknown }): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
