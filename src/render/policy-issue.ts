/** The issue that is open while a repo's policy file cannot be read. */
import { policyPath } from '../domain/repo/policy.ts'
import { code, prose } from './markdown.ts'

const mostProblems = 20

/**
 * `problem` has one mistake a line, each naming file, line and field; `commitOid` is where it was read; `hasLastGood` tells whether an
 * earlier version of the file is in force.
 */
export function renderPolicyIssue(words: {
  readonly repo: { readonly owner: string; readonly name: string }
  readonly problem: string
  readonly commitOid: string
  readonly hasLastGood: boolean
}): { readonly title: string; readonly body: string } {
  const lines = words.problem.split('\n').filter((line) => line.trim() !== '')
  const more = lines.length - mostProblems
  const mistakes = [...lines.slice(0, mostProblems).map((line) => `- ${mistake(line)}`), ...(more > 0 ? [`- … and ${more} more`] : [])]
  const inForce = words.hasLastGood
    ? 'Until it is mended, the last version that could be read stays in force.'
    : 'No version of it was ever read, so nothing is done in this repo until it is mended.'
  return {
    title: `Underpin cannot read ${policyPath}`,
    body: [
      `The policy file ${code(policyPath)} has ${lines.length === 1 ? 'a mistake' : `${lines.length} mistakes`} at commit ${code(words.commitOid)}:`,
      mistakes.join('\n'),
      `${inForce} This issue is edited when the file changes, and closed when it can be read.`,
    ].join('\n\n'),
  }
}

/** `file:line: field: what to do`, with the place in a code span and the rest as a sentence. */
function mistake(line: string): string {
  const at = /^[^ ]{1,200}: /.exec(line)?.[0] ?? ''
  return at === '' ? prose(line) : `${code(at.slice(0, -2))}: ${prose(line.slice(at.length))}`
}
