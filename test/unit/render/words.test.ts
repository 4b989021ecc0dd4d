/** Code spans and sentences, the policy issue, the comment, and the terminal. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { handsOffMarker, renderHandsOffComment } from '../../../src/render/hands-off-comment.ts'
import { code, prose } from '../../../src/render/markdown.ts'
import { renderPolicyIssue } from '../../../src/render/policy-issue.ts'
import { renderRefs, renderScan, type ScannedUse } from '../../../src/render/terminal.ts'
import { toDigest, toUse } from '../policy/case-facts.ts'
import { hostile } from './hostile.ts'
import { outsideCode, refuseActive } from './readable.ts'

describe('code spans', () => {
  test('the fence is longer than any run of backticks inside', () => {
    expect(code('a`b')).toBe('``a`b``')
    expect(code('```')).toBe('```` ``` ````')
    expect(code(' x')).toBe('`  x `')
    expect(code('')).toBe('(empty)')
  })

  test('what does not show is spelled out', () => {
    expect(code('a\u202eb\n\u00a0|')).toBe('`a⟨U+202E⟩b⟨U+000A⟩⟨U+00A0⟩⟨U+007C⟩`')
  })

  test('any text is one span and nothing else', () => {
    fc.assert(fc.property(hostile, (text) => void expect(outsideCode(code(text))).toMatch(/^(?:▪|\(empty\))$/)))
  })
})

describe('sentences', () => {
  test('words stay words, and names, digests and quoted code are code', () => {
    expect(prose("the file has sha256:aaaa since 2026-11-20 (it's new), `--pull` too; 3 times")).toBe(
      "the file has `sha256:aaaa` since 2026-11-20 (it's new), `--pull` too; 3 times",
    )
  })

  test('a backtick without its pair, and spans that touch, stay apart', () => {
    expect(prose('a `b')).toBe('a b')
    expect(prose('#`b`#')).toBe('`#` `b` `#`')
  })

  test.each(['@everyone', '#1', '<b>x</b>', '[x](y)', '![x](y)', 'https://x.example', 'www.x.example', 'GH-12', 'a*b*', '`` ` <b>', '&lt;'])(
    'the check would notice %s',
    (text) => {
      expect(() => refuseActive(text)).toThrow()
    },
  )

  test('no text comes alive', () => {
    fc.assert(
      fc.property(hostile, (text) => refuseActive(prose(text))),
      { numRuns: 1_000 },
    )
  })
})

describe('the issue about a policy file', () => {
  const repo = { owner: 'acme', name: 'shop' }
  const commitOid = 'c'.repeat(40)

  test('it names the line, the field, what to write, and what is in force meanwhile', () => {
    const problem = '.github/underpin.yml:3: rebuild.timezone: this is no IANA timezone; did you mean "Europe/Berlin"?'
    const { title, body } = renderPolicyIssue({ repo, problem, commitOid, hasLastGood: true })

    expect(title).toBe('Underpin cannot read .github/underpin.yml')
    expect(body).toContain('- `.github/underpin.yml:3`: `rebuild.timezone`: this is no IANA timezone; did you mean `"Europe/Berlin"`?')
    expect(body).toContain('the last version that could be read stays in force')
    expect(body).toContain(commitOid)
    expect(body).not.toContain('policy check')
    expect(renderPolicyIssue({ repo, problem, commitOid, hasLastGood: false }).body).toContain('nothing is done in this repo')
  })

  test('what the file holds does not come alive in it', () => {
    fc.assert(fc.property(hostile, (problem) => refuseActive(renderPolicyIssue({ repo, problem, commitOid, hasLastGood: true }).body)))
  })
})

test.each(['commit', 'pull-request'] as const)('the comment on a branch that a person took over with a %s can be found again', (taken) => {
  expect(renderHandsOffComment(taken).endsWith(handsOffMarker)).toBe(true)
  refuseActive(renderHandsOffComment(taken))
})

describe('the terminal', () => {
  const scanned: ScannedUse = {
    use: toUse({ file: 'Dockerfile', line: 3, text: 'python:3@sha256:a*' }),
    upstream: { digest: toDigest('sha256:b*'), firstSeen: null },
    decision: { kind: 'update', to: 'python:3@sha256:bb', until: null, reasons: [{ rule: 'moved', verdict: 'update', text: 'it moved', values: {} }] },
  }

  test('scan tells for each use where it is, what the tag shows, what would be done and why', () => {
    expect(renderScan([scanned], { colour: false })).toBe(
      [
        'Dockerfile',
        '     3  python:3@sha256:aaaaaaaaaaaa  final 0',
        '      tag shows sha256:bbbbbbbbbbbb, age unknown (first look)',
        '      update: it moved (moved)',
        '      to python:3@sha256:bb',
        '',
        '1 image use: 1 update',
        '',
      ].join('\n'),
    )
  })

  test('refs gives a line per use, with what stands in the way', () => {
    const skipped = toUse({ file: 'a/Dockerfile', line: 10, text: '$X', stage: null, skip: { code: 'unresolved-variable', message: 'X has no value' } })

    expect(renderRefs([scanned.use, skipped], { colour: false })).toBe(
      'Dockerfile:3     final 0  python:3@sha256:aaaaaaaaaaaa\na/Dockerfile:10  final    $X  skipped (unresolved-variable): X has no value\n',
    )
  })

  test('nothing that strangers wrote moves the cursor or colours the screen', () => {
    fc.assert(
      fc.property(hostile, hostile, (file, text) => {
        const use = toUse({ file, line: 1, text, stage: text, reference: null, skip: { code: 'unresolved-variable', message: text } })
        const decision = { ...scanned.decision, to: text, reasons: [{ rule: 'moved', verdict: 'update', text, values: {} }] } as const
        const shown = renderScan([{ ...scanned, use, decision }], { colour: false }) + renderRefs([use], { colour: false })
        expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
        expect(shown.split('\n')).toHaveLength(9)
      }),
    )
  })

  test('colour is used only when asked for', () => {
    expect(renderScan([scanned], { colour: true })).toContain('\u001b[1mDockerfile\u001b[22m')
  })
})
