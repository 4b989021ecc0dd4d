/** Decompresses zstd in a thread of its own, at the reader's pace (https://www.rfc-editor.org/rfc/rfc8878). */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { Damaged } from './damaged.ts'
import { wholeFrames } from './zstd-frames.ts'
import { heard, taken, type ZstdHears, type ZstdSays } from './zstd-worker-messages.ts'

/** Node 20 cannot start a thread in TypeScript, so that sources point at `dist`. */
const script = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../dist/lib/decompress/zstd-worker.js' : './zstd-worker.js', import.meta.url))

/**
 * `chunks` decompressed, any number of frames. Raises `Damaged` for data that is broken or cut off, and what `chunks` raises. Not Node's own decoder, which
 * Node 20 lacks: one decoder everywhere, and it reads the many frames of zstd:chunked. Leaving early ends the thread.
 */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const counters = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(script, { workerData: counters.buffer, env: {}, execArgv: [], stdin: false })
  const add = (place: number): void => {
    Atomics.add(counters, place, 1)
    Atomics.notify(counters, place)
  }
  const input = wholeFrames(chunks)
  const says = messagesOf(worker)
  try {
    for (;;) {
      const message = await says()
      if (message.kind === 'done') return
      if (message.kind === 'failed') throw new Damaged(message.message)
      if (message.kind === 'out') {
        yield message.bytes
        add(taken)
      } else {
        const { done, value } = await input.next()
        worker.postMessage({ chunk: done === true ? null : value } satisfies ZstdHears)
        add(heard)
      }
    }
  } finally {
    await worker.terminate()
    await input.return()
  }
}

/** What the thread says, one message at a time; rejects when it dies. */
function messagesOf(worker: Worker): () => Promise<ZstdSays> {
  const waiting: ZstdSays[] = []
  let failed: Damaged | null = null
  let wake = (): void => {}
  worker.on('message', (message: ZstdSays) => {
    waiting.push(message)
    wake()
  })
  const fail = (why: string): void => {
    failed ??= new Damaged(why)
    wake()
  }
  worker.on('error', (error) => fail(error instanceof Error ? error.message : 'the thread died'))
  worker.on('exit', (code) => fail(`the thread ended with ${code}`))
  return async () => {
    for (;;) {
      const message = waiting.shift()
      if (message !== undefined) return message
      if (failed !== null) throw failed
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
