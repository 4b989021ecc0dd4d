/**
 * Ubuntu: OSV records for every CVE and notice (USN, LSN), in one archive. OpenVEX, OVAL, the USN database and the answers of its CVE API say the same from
 * other sides and are read where they are given.
 */
import type { Feed } from '../feed.ts'
import { fetchUbuntu } from './fetch.ts'
import { parseUbuntu } from './parse.ts'

/** Believed first for `ubuntu`. */
export const ubuntu: Feed = {
  name: 'ubuntu',
  title: 'Ubuntu security notices and CVEs',
  homepage: 'https://ubuntu.com/security/notices',
  fetch: fetchUbuntu,
  parse: parseUbuntu,
}
