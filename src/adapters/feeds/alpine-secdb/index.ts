/** Alpine's security database: the versions in which its source packages were fixed, per release. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** Believed first about Alpine: OSV's export holds `main` only. It tells neither severity nor day, and nothing of what is not fixed. */
export const alpineSecdb: Feed = { name: 'alpine-secdb', title: 'Alpine security database', homepage: 'https://secdb.alpinelinux.org/', fetch, parse }
