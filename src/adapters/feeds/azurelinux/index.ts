/**
 * Azure Linux and CBL-Mariner: Microsoft's OVAL files (https://github.com/microsoft/AzureLinuxVulnerabilityData). They are read where they are given, but
 * not fetched: the feed `osv` brings the same under the ecosystem `Azure Linux`, with increments.
 */
import type { Feed } from '../feed.ts'
import { parseAzureLinux } from './parse.ts'

/** Believed first for `azurelinux` and `mariner`, where it is given. */
export const azurelinux: Feed = {
  name: 'azurelinux',
  title: 'Azure Linux vulnerability data',
  homepage: 'https://github.com/microsoft/AzureLinuxVulnerabilityData',
  fetch: null,
  parse: parseAzureLinux,
}
