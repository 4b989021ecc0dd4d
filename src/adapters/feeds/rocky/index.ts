/**
 * Rocky Linux: errata (RLSA) as OSV records and in the `updateinfo.xml` of its repositories. They are read where they are given, but not fetched: the feed
 * `osv` brings the same under the ecosystem `Rocky Linux`, with increments.
 */
import type { Feed } from '../feed.ts'
import { parseRocky } from './parse.ts'

/** Believed first for `rocky`, where it is given. */
export const rocky: Feed = { name: 'rocky', title: 'Rocky Linux errata', homepage: 'https://errata.rockylinux.org/', fetch: null, parse: parseRocky }
