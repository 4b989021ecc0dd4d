/**
 * Red Hat: CSAF VEX, one document for each CVE with the state of every product. The errata (CSAF advisories), OVAL and the Security Data API say the same
 * from other sides: they are read where they are given, but only VEX is fetched.
 */
import type { Feed } from '../feed.ts'
import { fetchRedHat } from './fetch.ts'
import { parseRedHat } from './parse.ts'

/** Believed first for `rhel`; an archive, then what changed. */
export const redhat: Feed = {
  name: 'redhat',
  title: 'Red Hat CSAF VEX',
  homepage: 'https://security.access.redhat.com/data/csaf/v2/vex/',
  fetch: fetchRedHat,
  parse: parseRedHat,
}
