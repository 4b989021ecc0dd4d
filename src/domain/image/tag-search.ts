/** Searching tags: in which order an image's tags are asked whether they show a digest that a file names without a tag. */
import type { DistroTable } from '../package/distro.ts'
import { compareTags, compareText } from './tag-order.ts'
import { parseTag, type Tag } from './tag-parts.ts'

/**
 * The tags in the order in which they are likely to be it: `latest`; then the newest of each line, plain ones before variants and those that say less before
 * those that say more (`3`, `3.13`, `3.13.1`, `3-slim` …), since that is what people pull; then the second newest of each, and so on. Pre-releases come last.
 */
export function likelyCarriers(tags: Iterable<string>, distros: DistroTable): readonly string[] {
  const lines = new Map<string, Tag[]>()
  for (const text of new Set(tags)) {
    const tag = parseTag(text, distros)
    const key = `${tag.shape} ${tag.preRelease === null}`
    const line = lines.get(key)
    if (line === undefined) lines.set(key, [tag])
    else line.push(tag)
  }
  const ranked = [...lines.values()].flatMap((line) =>
    line.sort((a, b) => compareTags(b, a) || compareText(a.text, b.text)).map((tag, round) => ({ tag, round })),
  )
  ranked.sort(
    (a, b) =>
      Number(b.tag.text === 'latest') - Number(a.tag.text === 'latest') ||
      Number(a.tag.preRelease !== null) - Number(b.tag.preRelease !== null) ||
      a.round - b.round ||
      wordsOf(a.tag) - wordsOf(b.tag) ||
      partsOf(a.tag) - partsOf(b.tag) ||
      compareText(a.tag.text, b.tag.text),
  )
  return ranked.map(({ tag }) => tag.text)
}

/** How much of the tag names a variant. */
const wordsOf = ({ prefix, suffix }: Tag): number => prefix.length + suffix.length

const partsOf = ({ versions, rebuilds }: Tag): number => versions.flat().length + rebuilds.length
