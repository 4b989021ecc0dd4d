/** Lists of tags in files, one a line. */
import { Fault } from '../../domain/fault.ts'
import { isTag } from '../../domain/image/tag-parts.ts'
import { shortened, visible } from '../../lib/visible.ts'

export type TagList = {
  readonly tags: readonly string[]
  /** What could not be read, a sentence each, with file and line. */
  readonly problems: readonly string[]
}

/** As many as a registry is asked for. */
const mostTags = 100_000
/** Longer than any tag with its line break; of a longer line only so much is kept that it shows. */
const longestLine = 1_000

/**
 * Reads `source`, which is called `file` in messages: a tag a line, `\r\n` as well as `\n`, empty lines passed over, the byte order mark too. A line that is
 * no tag becomes a problem and loses nothing else. Faults: `invalid` where the file cannot be read or lists more than 100,000 tags.
 */
export async function readTagList(file: string, source: AsyncIterable<Uint8Array>): Promise<TagList> {
  const tags: string[] = []
  const problems: string[] = []
  let line = 0
  const take = (text: string): void => {
    line += 1
    const tag = text.replace(/\r$/, '')
    if (tag === '') return
    if (isTag(tag)) tags.push(tag)
    else problems.push(`${named(file)}:${line}: "${shortened(visible(tag), 60)}" is no tag: letters, digits, "_", "." and "-", at most 128`)
    if (tags.length > mostTags || problems.length > mostTags) throw new Fault('invalid', `${named(file)} has more than ${mostTags} lines`)
  }
  try {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of source) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = (lines.pop() ?? '').slice(0, longestLine)
      for (const text of lines) take(text)
    }
    rest += decoder.decode()
    if (rest !== '') take(rest)
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new Fault('invalid', `${named(file)} cannot be read: ${String(error.code)}`, { cause: error })
    throw error
  }
  return { tags, problems }
}

const named = (file: string): string => (file === '-' ? 'standard input' : visible(file))
