/** The script of the thread that decompresses one zstd stream: the decoder is synchronous, and on broken data it would never come back. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { ZSTDDecoder } from 'zstddec/stream'
import { heard, taken, type ZstdHears, type ZstdSays } from './zstd-worker-messages.ts'

const outputBytes = 1024 * 1024
/** Outputs on their way before we wait. */
const ahead = 4
/** zstddec yields empty chunks without end when the data is broken; from one chunk of input, sound data never gives so many. */
const mostIdle = 64

if (parentPort === null) throw new Error('this is a script for a thread')
const port = parentPort
const counters = new Int32Array(workerData as SharedArrayBuffer)

/** `onAsked` is called for each chunk: a block that comes in hundreds of small ones gives nothing until it is whole. */
function* input(onAsked: () => void): Generator<Uint8Array> {
  for (let asked = 0; ; asked += 1) {
    onAsked()
    port.postMessage({ kind: 'more' } satisfies ZstdSays)
    let answer: { readonly message: ZstdHears } | undefined
    while (answer === undefined) {
      Atomics.wait(counters, heard, asked)
      answer = receiveMessageOnPort(port)
    }
    const { chunk } = answer.message
    if (chunk === null) return
    yield chunk
  }
}

function decode(decoder: ZSTDDecoder): void {
  let sent = 0
  let buffer = new Uint8Array(outputBytes)
  let filled = 0
  const flush = (): void => {
    if (filled === 0) return
    for (let seen = Atomics.load(counters, taken); sent - seen >= ahead; seen = Atomics.load(counters, taken)) Atomics.wait(counters, taken, seen)
    const bytes = buffer.subarray(0, filled)
    port.postMessage({ kind: 'out', bytes } satisfies ZstdSays, [buffer.buffer])
    sent += 1
    buffer = new Uint8Array(outputBytes)
    filled = 0
  }
  let idle = 0
  for (const out of decoder.decodeStreaming(input(() => (idle = 0)))) {
    idle = out.length === 0 ? idle + 1 : 0
    if (idle > mostIdle) throw new Error('broken data')
    for (let at = 0; at < out.length; ) {
      const piece = out.subarray(at, at + outputBytes - filled)
      buffer.set(piece, filled)
      filled += piece.length
      at += piece.length
      if (filled === outputBytes) flush()
    }
  }
  flush()
}

const decoder = new ZSTDDecoder()
decoder
  .init()
  .then(() => decode(decoder))
  .then((): ZstdSays => ({ kind: 'done' }))
  .catch((error: unknown): ZstdSays => ({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }))
  .then((last) => port.postMessage(last))
