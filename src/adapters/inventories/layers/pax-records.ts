/** Extended headers: `length key=value` records that outweigh the header that follows (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03). */
import { Refusal } from './refusal.ts'

/** Those of one extended header that say what an entry is; absent where the header's own fields count. */
export type PaxRecords = { readonly path?: string; readonly linkpath?: string; readonly size?: number; readonly isSparse: boolean }

/** Reads the content of an extended header. An empty value takes a field back. Raises `Refusal` for records that tools read differently, NUL in names among them. */
export function readPaxRecords(content: Buffer): PaxRecords {
  const found = new Map<string, string>()
  let at = 0
  while (at < content.length) {
    const space = content.indexOf(32, at)
    const digits = space < 0 || space - at > 10 ? '' : content.toString('latin1', at, space)
    const end = /^\d+$/.test(digits) ? at + Number(digits) : 0
    const equals = content.indexOf(61, space)
    if (end > content.length || equals < 0 || equals >= end || content[end - 1] !== 10) throw new Refusal('an extended header of the archive is malformed')
    found.set(content.toString('utf8', space + 1, equals), content.toString('utf8', equals + 1, end - 1))
    at = end
  }
  const names = [found.get('path') ?? '', found.get('linkpath') ?? '']
  if (names.some((name) => name.includes('\0'))) throw new Refusal('a name in the archive holds a NUL')
  const size = found.get('size') ?? ''
  if (size !== '' && !(/^\d{1,16}$/.test(size) && Number.isSafeInteger(Number(size)))) throw new Refusal('an entry of the archive has no possible size')
  return {
    ...(names[0] !== '' && names[0] !== undefined && { path: names[0] }),
    ...(names[1] !== '' && names[1] !== undefined && { linkpath: names[1] }),
    ...(size !== '' && { size: Number(size) }),
    isSparse: [...found.keys()].some((key) => key.startsWith('GNU.sparse.')),
  }
}
