/** apk repositories, https://wiki.alpinelinux.org/wiki/Apk_spec. */
import type { PackageRepository } from '../../../domain/package/inventory.ts'
import type { Format, FormatPorts } from '../format.ts'
import { createFetch } from './fetch.ts'

/** The format of Alpine, Wolfi and their relatives. */
export function createApk(ports: FormatPorts): Format<Extract<PackageRepository, { type: 'apk' }>> {
  return {
    // A pinned repository serves only packages that ask for it by its name.
    addresses: ({ uri, pin }) => (pin === null ? [uri] : null),
    fetch: createFetch(ports),
  }
}
