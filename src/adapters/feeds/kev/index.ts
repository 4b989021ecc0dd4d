/** CISA's catalog of vulnerabilities that are known to be exploited. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** Not about packages: it raises the priority of what other feeds find. */
export const kev: Feed = {
  name: 'kev',
  title: 'CISA Known Exploited Vulnerabilities',
  homepage: 'https://www.cisa.gov/known-exploited-vulnerabilities-catalog',
  fetch,
  parse,
}
