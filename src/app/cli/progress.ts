/** Progress of long work, on stderr: one line that counts on a terminal, one line at the start elsewhere. */
import { visible } from '../../lib/visible.ts'
import type { InspectProgress } from '../../ports/inventories.ts'

/** Gives the function that is told how far the work is; `verb` says what is being done (`looked up`). */
export function showProgress(verb: string, out: NodeJS.WriteStream = process.stderr): (done: number, all: number) => void {
  return (done, all) => {
    if (all === 0) return
    if (!out.isTTY) {
      if (done === 0) out.write(`${all} ${all === 1 ? 'tag' : 'tags'} to look up\n`)
      return
    }
    out.write(`\r${verb} ${done} of ${all}${done === all ? '\n' : ''}`)
  }
}

/** Gives the function that is told how far the look into the image `name` is: layers and bytes. */
export function showLayers(name: string, out: NodeJS.WriteStream = process.stderr): InspectProgress {
  let shown = ''
  return ({ layers, ofLayers, bytes, ofBytes }) => {
    const all = `${ofLayers} ${ofLayers === 1 ? 'layer' : 'layers'}, ${megabytes(ofBytes)} MB`
    if (!out.isTTY) {
      if (shown === '') out.write((shown = `${visible(name)}: ${all} to read\n`))
      return
    }
    const text = `\rread ${layers} of ${all.replace(',', `, ${megabytes(bytes)} of`)} (${visible(name)})${layers === ofLayers ? '\n' : ''}`
    if (text !== shown) out.write((shown = text))
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1)
}
