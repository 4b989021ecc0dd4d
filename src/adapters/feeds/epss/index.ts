/** EPSS: FIRST's daily estimate of how likely each CVE is to be exploited within 30 days. */
import type { Feed } from '../feed.ts'
import { fetch } from './fetch.ts'
import { parse } from './parse.ts'

/** Not about packages: it orders what other feeds find. */
export const epss: Feed = { name: 'epss', title: 'FIRST EPSS', homepage: 'https://www.first.org/epss/', fetch, parse }
