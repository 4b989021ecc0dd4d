/** A publisher's answer is on the wire as soon as he was asked: whoever does not read it ends it. */
import { expect, test } from 'vitest'
import { readPart } from '../../../src/pipeline/update-feed/feed-reading.ts'

/** One file that counts how often it was left. */
function published() {
  let left = 0
  const bytes: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => ({ done: true, value: undefined }),
      return: async () => {
        left += 1
        return { done: true, value: undefined }
      },
    }),
  }
  async function* files() {
    yield { path: 'x.json', open: () => bytes }
  }
  return { files: files(), left: () => left }
}

async function* parse(_: string, file: { open(): AsyncIterable<Uint8Array> }) {
  for await (const chunk of file.open()) yield { kind: 'problem' as const, where: 'x', message: String(chunk.length) }
}

test('an answer that nobody began to read is ended', async () => {
  const { files, left } = published()

  await readPart({ parse }, 'made-up', files).leave()

  expect(left()).toBe(1)
})

test('one that was read is not asked for again', async () => {
  const { files, left } = published()
  const reading = readPart({ parse }, 'made-up', files)
  for await (const _ of reading.items) expect.unreachable()

  await reading.leave()

  expect(left()).toBe(0)
})
