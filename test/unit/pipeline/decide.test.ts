/** Deciding about all uses of a repo together. */
import { describe, expect, it, test } from 'vitest'
import { defaultPolicy } from '../../../src/domain/repo/default-policy.ts'
import type { Update } from '../../../src/domain/update.ts'
import type { Digest } from '../../../src/domain/image/digest.ts'
import { decide, type DecideInput, keptKeys } from '../../../src/pipeline/decide.ts'
import { moveOf, replacementsOf } from '../../../src/pipeline/plan.ts'
import type { Upstream } from '../../../src/policy/facts.ts'
import { digest, imageUse, minute, repo } from '../../contract/stores/fixtures.ts'

const a = digest('a')
const shared = { file: 'Dockerfile', span: [4, 75] as const, sets: 'digest' as const }
const seen = (to: Digest): Upstream => {
  const manifest = { kind: 'image' as const, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: digest('c'), layers: [] }
  return { kind: 'seen', digest: to, manifest: manifest as never, firstSeen: minute(0), pinned: { kind: 'gone', since: minute(0) }, wentBack: null }
}
const input = (uses: DecideInput['uses']): DecideInput => ({ repo: repo(), baseBranch: 'main', policy: defaultPolicy, uses, updates: [], asOf: minute(9) })
const used = (name: string, upstream: Upstream) => ({
  use: imageUse(`docker.io/${name}:1@${a}`, { edits: [shared] }),
  group: `docker.io/${name}:1`,
  upstream,
  newer: null,
  carrier: null,
  vanished: null,
})

describe('two uses whose references share their bytes', () => {
  it('are held where they want different text there', () => {
    const decided = decide(input([used('x/one', seen(digest('b'))), used('x/two', seen(digest('d')))]))
    expect(decided.map(({ decision }) => [decision.kind, decision.reasons[0]?.rule])).toEqual([
      ['hold', 'shared-argument'],
      ['hold', 'shared-argument'],
    ])
  })

  it('are held where one of them is to stay as it is', () => {
    const decided = decide(input([used('x/one', seen(digest('b'))), used('x/two', seen(a))]))
    expect(decided.map(({ decision }) => [decision.kind, decision.reasons[0]?.rule])).toEqual([
      ['hold', 'shared-argument'],
      ['current', 'up-to-date'],
    ])
    expect(decided[0]?.decision.reasons[0]?.text).toContain('which is to stay as it is')
  })

  it('are moved together where they are the same image and tag', () => {
    const decided = decide(input([used('x/one', seen(digest('b'))), used('x/one', seen(a))]))
    expect(decided.map(({ decision }) => decision.kind)).toEqual(['update', 'current'])
  })

  it('are written once where they want the same', () => {
    const decided = decide(input([used('x/one', seen(digest('b'))), used('x/two', seen(digest('b')))]))
    expect(decided.map(({ decision }) => decision.kind)).toEqual(['update', 'update'])
    expect(replacementsOf(decided.flatMap(({ use, decision }) => moveOf(use, decision) ?? [])).get('Dockerfile')).toHaveLength(1)
  })
})

test('a registry that does not answer closes nothing and keeps what waits; a skip keeps only what is open', () => {
  const fault: Upstream = { kind: 'fault', fault: { kind: 'transient', host: 'docker.io', message: 'down' }, last: null, pinned: null }
  const keys = (policy = defaultPolicy) => keptKeys(decide({ ...input([used('x/one', fault)]), policy }), policy, [])
  const key = '1 main docker.io/x/one:1'
  expect(keys()).toEqual({ keep: [key], keepUnopened: [key] })
  expect(keys({ ...defaultPolicy, ignorePaths: ['Dockerfile'] })).toEqual({ keep: [key], keepUnopened: [] })
})

test('a file that cannot be read now keeps its open pull request', () => {
  const skipped = used('x/one', seen(digest('b')))
  const unread = {
    use: { ...skipped.use, reference: null, skip: { code: 'too-large', message: 'it grew' } as const },
    group: null,
    upstream: null,
    newer: null,
    carrier: null,
    vanished: null,
  }
  const row = { key: { repoId: 1, baseBranch: 'main', group: 'docker.io/x/one:1' }, plan: { changes: [{ path: skipped.use.file }] } } as unknown as Update
  const { keep, keepUnopened } = keptKeys(decide(input([unread])), defaultPolicy, [row])

  expect(keep).toEqual(['1 main docker.io/x/one:1'])
  expect(keepUnopened).toEqual([])
})
