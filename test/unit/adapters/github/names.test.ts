/** Nothing but names of the expected form reaches a ref or an address. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyRef, inRepo, isBranchName, ownRef, scratchBranch, workflowFile } from '../../../../src/adapters/github/names.ts'
import { branchName } from '../../../../src/domain/update.ts'

const given = <T>(work: () => T): T | null => {
  try {
    return work()
  } catch {
    return null
  }
}
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('..', '.', 'a/../b', 'underpin/a..b', 'underpin/x.lock', 'HEAD', '@{1}'))

describe('names', () => {
  it('of branches that we make are always taken, and so are those of their scratch branches', () => {
    fc.assert(
      fc.property(fc.nat(), text, text, fc.constantFrom('underpin/', 'underpin-'), (repoId, baseBranch, group, prefix) => {
        const branch = branchName({ repoId, baseBranch, group }, prefix as 'underpin/')
        expect(ownRef(branch)).toMatch(/^refs\/heads\/underpin[/-][a-z0-9._-]+$/)
        expect(ownRef(scratchBranch(branch))).toBe(`refs/heads/${branch}.next`)
      }),
    )
  })
  it('of any other form are refused, whatever the text', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(given(() => ownRef(name)) ?? 'refs/heads/underpin/x').toMatch(/^refs\/heads\/underpin[/-][a-z0-9._-]+$/)
        expect(given(() => anyRef(name)) ?? 'refs/heads/x').not.toMatch(/[\s~^:?*[\\\p{Cc}]|\.\.|\/\/|@\{/u)
        expect(workflowFile(name) ?? 'x.yml').toMatch(/^[A-Za-z0-9_][A-Za-z0-9 ._-]*\.ya?ml$/)
        expect(given(() => inRepo({ owner: name, name }))?.owner ?? 'x').toMatch(/^(?!\.+$)[A-Za-z0-9._-]+$/)
      }),
    )
  })
  it.each(['main', 'release/1.x', 'feature/ü', 'a-b_c', 'dependabot/npm_and_yarn/x-1.2'])('branch %s is one', (name) => {
    expect(isBranchName(name)).toBe(true)
  })
  it.each(['', '-x', '/x', 'x/', 'x.', 'a b', 'a..b', 'x.lock', 'a\nb', 'a:b'])('branch %j is none', (name) => {
    expect(isBranchName(name)).toBe(false)
  })
})
