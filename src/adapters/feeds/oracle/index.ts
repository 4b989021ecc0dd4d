/** Oracle Linux: the errata (ELSA) of all releases in one OVAL file. */
import type { Feed } from '../feed.ts'
import { fetchOracle } from './fetch.ts'
import { parseOracle } from './parse.ts'

/** The only feed of `ol`. */
export const oracle: Feed = {
  name: 'oracle',
  title: 'Oracle Linux errata',
  homepage: 'https://linux.oracle.com/security/',
  fetch: fetchOracle,
  parse: parseOracle,
}
