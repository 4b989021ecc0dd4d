/** Headers of installed packages (https://rpm-software-management.github.io/rpm/manual/format_header.html), as databases hold them: without the magic. */
import type { RpmHeader } from '../../../domain/package/rpm-database.ts'
import { ByteView, Unreadable } from './byte-view.ts'

/** https://rpm-software-management.github.io/rpm/manual/tags.html */
const tags = { name: 1000, version: 1001, release: 1002, epoch: 1003, vendor: 1011, arch: 1022, sourceRpm: 1044, modularityLabel: 5096 } as const
const wanted = new Set<number>(Object.values(tags))
const int32 = 4
/** STRING, STRING_ARRAY and I18NSTRING: of the latter two the first one is read, which is the untranslated text. */
const strings = new Set([6, 8, 9])
/** rpm's own limit. */
const mostEntries = 65_535
const longestText = 512

/** Reads one header: two counts, index entries of 16 bytes, data. Raises `Unreadable` where it is damaged or has no name, version or release. */
export function parseRpmHeader(blob: Uint8Array): RpmHeader {
  const view = new ByteView(blob, 'big-endian')
  const entries = view.u32(0)
  if (entries > mostEntries) throw new Unreadable(`its header has ${entries} entries`)
  const data = new ByteView(view.slice(8 + 16 * entries, view.u32(4)), 'big-endian')
  const places = new Map<number, { readonly type: number; readonly offset: number }>()
  for (let at = 8; at < 8 + 16 * entries; at += 16) {
    const tag = view.u32(at)
    // Entries that were added at installation follow the region of those that were signed, and replace them.
    if (wanted.has(tag)) places.set(tag, { type: view.u32(at + 4), offset: view.u32(at + 8) })
  }
  const text = (name: keyof typeof tags): string | null => {
    const place = places.get(tags[name])
    if (place === undefined) return null
    if (!strings.has(place.type)) throw new Unreadable(`its ${name} is no text`)
    return readText(data, place.offset, name)
  }
  const required = (name: keyof typeof tags): string => {
    const value = text(name)
    if (value === null || value === '') throw new Unreadable(`its header has no ${name}`)
    return value
  }
  const epoch = places.get(tags.epoch)
  if (epoch !== undefined && epoch.type !== int32) throw new Unreadable('its epoch is no number')
  return {
    name: required('name'),
    version: required('version'),
    release: required('release'),
    epoch: epoch === undefined ? null : data.u32(epoch.offset),
    arch: text('arch'),
    vendor: text('vendor'),
    sourceRpm: text('sourceRpm'),
    modularityLabel: text('modularityLabel'),
  }
}

function readText(data: ByteView, offset: number, name: string): string {
  const rest = data.slice(offset, Math.min(longestText + 1, data.length - offset))
  const end = rest.indexOf(0)
  if (end < 0) throw new Unreadable(`its ${name} does not end`)
  return new TextDecoder().decode(rest.subarray(0, end))
}
