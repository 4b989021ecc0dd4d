/** Photon OS: what VMware by Broadcom says about each CVE and package of each release. */
import type { Feed } from '../feed.ts'
import { fetchPhoton } from './fetch.ts'
import { parsePhoton } from './parse.ts'

/** The only feed of `photon`; fetched per release. */
export const photon: Feed = {
  name: 'photon',
  title: 'Photon OS CVE metadata',
  homepage: 'https://github.com/vmware/photon/wiki/Security-Advisories',
  fetch: fetchPhoton,
  parse: parsePhoton,
}
