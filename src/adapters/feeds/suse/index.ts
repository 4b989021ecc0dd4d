/**
 * SUSE and openSUSE: OVAL, CSAF, CSAF VEX and OSV say the same from several sides. They are read where they are given, but not fetched: the feed `osv` brings
 * the errata under the ecosystems `SUSE` and `openSUSE`, with increments.
 */
import type { Feed } from '../feed.ts'
import { parseSuse } from './parse.ts'

/** Believed first for `sles` and openSUSE, where it is given. */
export const suse: Feed = { name: 'suse', title: 'SUSE security data', homepage: 'https://www.suse.com/support/security/', fetch: null, parse: parseSuse }
