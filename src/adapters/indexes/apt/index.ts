/** APT archives, https://wiki.debian.org/DebianRepository/Format. */
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { Format, FormatPorts } from '../format.ts'
import { createFetch } from './fetch.ts'

/** The format of Debian, Ubuntu and their relatives. */
export function createApt(ports: FormatPorts): Format<Extract<PackageRepository, { type: 'deb' }>> {
  return {
    addresses: ({ uri, architectures }, { arch }) => (architectures.length > 0 && !architectures.includes(arch) ? null : [uri]),
    fetch: createFetch(ports),
  }
}
