/** How the demo talks: headings, indented lines and coloured diffs on stderr, so that stdout stays free for `--json`. */

const isColour = process.stderr.isTTY
const paint = (code: number, text: string) => (isColour ? `\u001b[${code}m${text}\u001b[0m` : text)

/** One step of the story. */
export function step(title: string): void {
  process.stderr.write(`\n${paint(1, `── ${title} `)}${paint(2, '─'.repeat(Math.max(3, 76 - title.length)))}\n`)
}

/** Lines below the step. */
export function tell(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`   ${line}\n`)
}

/** The lines in which two versions of a file differ, as a person reads a diff. The demo's changes keep the number of lines. */
export function diffOf(path: string, before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const changed = old.flatMap((line, index) => (line === now[index] ? [] : [`@@ line ${index + 1} @@`, `-${line}`, `+${now[index] ?? ''}`]))
  return [`--- a/${path}`, `+++ b/${path}`, ...changed]
}

/** A diff for the terminal. */
export function tellDiff(lines: readonly string[]): void {
  for (const line of lines) tell(line.startsWith('-') ? paint(31, line) : line.startsWith('+') ? paint(32, line) : paint(36, line))
}
