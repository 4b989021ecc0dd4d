/** AlmaLinux: errata (ALSA) as JSON, one file for each release; OSV records, OVAL and `updateinfo.xml` say the same and are read where they are given. */
import type { Feed } from '../feed.ts'
import { fetchAlmaLinux } from './fetch.ts'
import { parseAlmaLinux } from './parse.ts'

/** Believed first for `almalinux`; fetched per release. */
export const almalinux: Feed = {
  name: 'almalinux',
  title: 'AlmaLinux errata',
  homepage: 'https://errata.almalinux.org/',
  fetch: fetchAlmaLinux,
  parse: parseAlmaLinux,
}
