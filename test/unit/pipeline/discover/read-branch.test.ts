/** Branches whose files kill parsers, which serve everybody. */
import { expect, it } from 'vitest'
import { Fault } from '../../../../src/domain/fault.ts'
import { readBranch } from '../../../../src/pipeline/discover/read-branch.ts'
import type { SeenFile } from '../../../../src/pipeline/discover/snapshot.ts'
import type { UntrustedParse } from '../../../../src/ports/untrusted-parse.ts'

it('a branch whose files kill a parser again and again is read no further, and each of its files says so', async () => {
  let deaths = 0
  const dies = async () => {
    deaths += 1
    throw new Fault('invalid', 'the parser died')
  }
  const parse: UntrustedParse = { read: dies, policy: dies, rpmDatabase: dies, close: async () => {} }
  const files = Array.from({ length: 200 }, (_, index): SeenFile => {
    const path = `${String(index).padStart(3, '0')}.Dockerfile`
    return { kind: 'read', file: { path, blobOid: String(index), mode: '100644', bytes: Buffer.from('FROM alpine:3\n') } }
  })
  const snapshot = { branch: 'main', commitOid: 'c', isPartial: false, policyFile: null, policyBlobOid: '', files, keptUses: [] }
  const { uses } = await readBranch(parse, snapshot)

  // Ten, and those that were being read when the tenth died.
  expect(deaths).toBeLessThanOrEqual(16)
  expect(uses.map(({ skip }) => skip?.code)).toEqual(files.map(() => 'unreadable'))
  expect(uses.at(-1)?.skip?.message).toMatch(/^the file is not read: the parser gave up on \d+ others of this branch$/)
})
