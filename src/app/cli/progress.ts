/** Progress of long work, on stderr: one line that counts on a terminal, one line at the start elsewhere. */

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
