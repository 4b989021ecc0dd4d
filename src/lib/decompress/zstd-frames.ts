/** Follows the frames of a zstd stream without decoding them, since decoders keep silent about some ends (https://www.rfc-editor.org/rfc/rfc8878#section-3.1). */
import { Damaged } from './damaged.ts'

/** What the next `bytes` bytes are. */
type Step = { readonly kind: 'magic' | 'skippable-size' | 'descriptor' | 'block-header' | 'skipped'; readonly bytes: number }

const magic: Step = { kind: 'magic', bytes: 4 }
const blockHeader: Step = { kind: 'block-header', bytes: 3 }

/** Passes the bytes on. Raises `Damaged` when they end inside a frame, or are none. */
export async function* wholeFrames(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let step: Step = magic
  let isChecked = false
  /** Steps that follow this one and have no meaning of their own. */
  let after: Step = magic
  let left = step.bytes
  let value = 0
  let frames = 0
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      if (step.kind === 'skipped') {
        const size = Math.min(left, chunk.length - at)
        left -= size
        at += size
      } else {
        value += (chunk[at] ?? 0) * 256 ** (step.bytes - left)
        left -= 1
        at += 1
      }
      // What is skipped may be empty.
      while (left === 0) {
        const [next, then] = following(step, value, isChecked, after)
        if (next === null) throw new Damaged('it goes on with what is no zstd frame')
        if (step.kind === 'descriptor') isChecked = (value & 4) !== 0
        if (next === magic) frames += 1
        step = next
        after = then
        left = step.bytes
        value = 0
      }
    }
    yield chunk
  }
  if (frames === 0 || step !== magic || left !== magic.bytes) throw new Damaged('it ends inside of a frame')
}

/** The step after `step`, which had that value, and the one after that; null: no frame goes on like this. */
function following(step: Step, value: number, isChecked: boolean, after: Step): readonly [Step | null, Step] {
  switch (step.kind) {
    case 'magic':
      if (value >= 0x184d2a50 && value <= 0x184d2a5f) return [{ kind: 'skippable-size', bytes: 4 }, magic]
      return [value === 0xfd2fb528 ? { kind: 'descriptor', bytes: 1 } : null, magic]
    case 'skippable-size':
      return [skipped(value), magic]
    case 'descriptor':
      return [skipped(headerBytes(value)), blockHeader]
    case 'block-header': {
      const [isLast, type, size] = [(value & 1) === 1, (value >> 1) & 3, value >> 3]
      const end = isChecked ? skipped(4) : magic
      return [type === 3 ? null : skipped(type === 1 ? 1 : size), isLast ? end : blockHeader]
    }
    case 'skipped':
      return [after, after.kind === 'skipped' ? magic : after]
  }
}

const skipped = (bytes: number): Step => ({ kind: 'skipped', bytes })

/** Window descriptor, dictionary id and content size. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return (isSingleSegment ? 0 : 1) + dictionary + contentSize
}
