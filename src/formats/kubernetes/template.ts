/** Templates of Kubernetes objects read as YAML: their actions are blanked out, so that what is written around them keeps its bytes. */
import { hole } from './written.ts'

/** Actions that leave nothing behind, or lines of their own: conditions, loops, definitions, comments and blocks of YAML. */
const leavesNothing = /^\{\{-?\s*(?:if|else|end|with|range|define|break|continue|\/\*|\$[\w.]*\s*:?=|-?\}\})|\b(?:toYaml|nindent|indent)\b/

/**
 * `text` with each `{{ … }}` replaced by as many characters, line breaks kept: spaces where the action stands alone on its lines or leaves nothing,
 * else `hole`, one for each. Linear.
 */
export function withoutActions(text: string): string {
  const pieces: string[] = []
  let done = 0
  let isAlone = true
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', done)) {
    const end = endOf(text, start)
    if (end < 0) break
    const before = text.slice(done, start)
    const action = text.slice(start, end)
    isAlone = before.includes('\n') ? isSpace(before.slice(before.lastIndexOf('\n') + 1)) : isAlone && isSpace(before)
    const isBlank: boolean = leavesNothing.test(action) || (isAlone && /^[ \t\r]*(?:\n|$)/.test(text.slice(end, end + 200)))
    pieces.push(before, action.replace(/[^\r\n]/g, isBlank ? ' ' : hole))
    isAlone &&= isBlank
    done = end
  }
  return pieces.join('') + text.slice(done)
}

const isSpace = (text: string): boolean => /^[ \t]*$/.test(text)

/** Where the action at `start` ends: comments and texts may hold braces. */
function endOf(text: string, start: number): number {
  const comment = /^\{\{-?\s*\/\*/.exec(text.slice(start, start + 20))
  const from = comment === null ? start + 2 : text.indexOf('*/', start + comment[0].length)
  const end = from < 0 ? -1 : text.indexOf('}}', from)
  return end < 0 ? -1 : end + 2
}
