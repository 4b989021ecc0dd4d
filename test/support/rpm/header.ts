/** Synthetic rpm headers, written as https://rpm-software-management.github.io/rpm/manual/format_header.html has them. No real package stands behind them. */
import type { RpmHeader } from '../../../src/domain/package/rpm-database.ts'

/** One entry of a header. */
export type HeaderEntry = { readonly tag: number; readonly type: number; readonly value: string | number }

/** Bytes of a header with these entries in this order, as databases hold it. */
export function headerBlob(entries: readonly HeaderEntry[]): Buffer {
  const index: Buffer[] = []
  let data = Buffer.alloc(0)
  for (const { tag, type, value } of entries) {
    if (typeof value === 'number') data = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)])
    index.push(words(tag, type, data.length, 1))
    data = Buffer.concat([data, typeof value === 'number' ? words(value) : Buffer.from(`${value}\0`)])
  }
  return Buffer.concat([words(entries.length, data.length), ...index, data])
}

/** The blob of a package, `padding` bytes longer than it must be (a description, as if it were). */
export function packageBlob(header: RpmHeader, padding = 0): Buffer {
  const entries: (HeaderEntry | null)[] = [
    { tag: 1000, type: 6, value: header.name },
    { tag: 1001, type: 6, value: header.version },
    { tag: 1002, type: 6, value: header.release },
    header.epoch === null ? null : { tag: 1003, type: 4, value: header.epoch },
    padding === 0 ? null : { tag: 1005, type: 9, value: 'd'.repeat(padding) },
    header.vendor === null ? null : { tag: 1011, type: 6, value: header.vendor },
    header.arch === null ? null : { tag: 1022, type: 6, value: header.arch },
    header.sourceRpm === null ? null : { tag: 1044, type: 6, value: header.sourceRpm },
    header.modularityLabel === null ? null : { tag: 5096, type: 6, value: header.modularityLabel },
  ]
  return headerBlob(entries.filter((entry) => entry !== null))
}

/** `count` made-up packages: some with epochs, modules, no vendor; the last one is a key. */
export function madeUpPackages(count: number): readonly RpmHeader[] {
  return Array.from({ length: count }, (_, index) => ({
    name: index === count - 1 ? 'gpg-pubkey' : `made-up-${index}`,
    version: `1.${index}`,
    release: `${index}.test`,
    epoch: index % 3 === 0 ? index : null,
    arch: index === count - 1 ? null : index % 2 === 0 ? 'x86_64' : 'noarch',
    vendor: index % 5 === 0 ? null : 'Nobody, Inc. ü',
    sourceRpm: index === count - 1 ? null : `made-up-${index % 4}-1.${index}-${index}.test.src.rpm`,
    modularityLabel: index % 7 === 0 ? `made-up:1:${index}:test` : null,
  }))
}

/** Big-endian 32-bit numbers. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}
