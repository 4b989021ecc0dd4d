/** Rewriting uses: what is planned is what is read afterwards, and no other byte moves. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../../src/domain/image/digest.ts'
import { formatReference } from '../../../../src/domain/image/reference.ts'
import type { ImageUse } from '../../../../src/domain/repo/image-use.ts'
import { canRewrite, merged, rewrite } from '../../../../src/domain/repo/rewrite.ts'
import { splice } from '../../../../src/lib/span.ts'
import { fileUses } from '../../../support/file-uses.ts'

const digestOf = (n: number): Digest => `sha256:${n.toString(16).padStart(2, '0').repeat(32)}` as Digest
const read = (text: string): readonly ImageUse[] => fileUses('Dockerfile', Buffer.from(text))

/** `text` after every use that can be was brought to its target. */
function rewritten(text: string, target: (use: ImageUse, index: number) => { readonly tag: string | null; readonly digest: Digest }): string {
  const replacements = merged(read(text).flatMap((use, index) => rewrite(use, target(use, index))))
  if (replacements === null) throw new Error('replacements collide')
  return Buffer.from(splice(Buffer.from(text), replacements)).toString()
}

const D = digestOf(0x11)
const E = digestOf(0x22)

describe('rewrite', () => {
  it.each([
    ['a floating tag gets a digest', 'FROM alpine:3.20 AS a\r\n', null, `FROM alpine:3.20@${E} AS a\r\n`],
    ['a bare name gets a digest', 'FROM alpine', null, `FROM alpine@${E}`],
    ['a bare name gets the tag that it follows', 'FROM debian AS a', 'latest', `FROM debian:latest@${E} AS a`],
    ['a bare name in an ARG gets tag and digest there', 'ARG B=debian\nFROM $B\n', 'latest', `ARG B=debian:latest@${E}\nFROM $B\n`],
    ['a bare name behind a port gets a tag', 'FROM "r.example:5000/debian"\n', 'latest', `FROM "r.example:5000/debian:latest@${E}"\n`],
    ['a digest moves', `FROM alpine:3.20@${D}\n`, null, `FROM alpine:3.20@${E}\n`],
    ['a tag moves with its digest', `FROM alpine:3.20@${D}\n`, '3.21', `FROM alpine:3.21@${E}\n`],
    ['a piece of the tag moves in its ARG', 'ARG PY=3.12\nFROM python:${PY}-slim\n', '3.13-slim', `ARG PY=3.13\nFROM python:\${PY}-slim@${E}\n`],
    ['a whole tag moves in its ARG', 'ARG TAG="3.12-slim"\nFROM python:$TAG\n', '3.13-slim', `ARG TAG="3.13-slim@${E}"\nFROM python:$TAG\n`],
    ['a whole reference moves in its ARG', 'ARG B=python:3.12\nFROM ${B} AS a\nFROM $B\n', '3.13', `ARG B=python:3.13@${E}\nFROM \${B} AS a\nFROM $B\n`],
    ['several pieces move', 'ARG A=3\nARG B=12\nFROM python:${A}.${B}-slim\n', '4.1-slim', `ARG A=4\nARG B=1\nFROM python:\${A}.\${B}-slim@${E}\n`],
    ['a default in place moves', 'FROM python:${V:-3.12}\n', '3.13', `FROM python:\${V:-3.13@${E}}\n`],
    ['a digest in an ARG moves', `ARG D=${D}\nFROM a:1@$D\n`, null, `ARG D=${E}\nFROM a:1@$D\n`],
    ['hex in an ARG moves', `ARG D=${D.slice(7)}\nFROM a:1@sha256:$D\n`, null, `ARG D=${E.slice(7)}\nFROM a:1@sha256:$D\n`],
    ['a quoted image is pinned within its quotes', 'FROM "node:20"\n', null, `FROM "node:20@${E}"\n`],
    ['a mount moves', 'FROM a:1\nRUN --mount=from=b:1,target=/x y\n', null, `FROM a:1@${E}\nRUN --mount=from=b:1@${E},target=/x y\n`],
    ['a pattern keeps its ARG and is pinned behind it', 'ARG V=v3.12\nFROM python:${V#v}\n', null, `ARG V=v3.12\nFROM python:\${V#v}@${E}\n`],
    ['the syntax moves', '# syntax=docker/dockerfile:1\nFROM scratch\n', null, `# syntax=docker/dockerfile:1@${E}\nFROM scratch\n`],
  ])('%s', (_rule, before, tag, after) => {
    expect(rewritten(before, () => ({ tag, digest: E }))).toBe(after)
    expect(rewritten(after, () => ({ tag, digest: E }))).toBe(after)
  })

  it('changes nothing that is there already', () => {
    const [use] = read(`FROM alpine:3.20@${D}\n`)
    expect(rewrite(use!, { tag: '3.20', digest: D })).toEqual([])
    expect(canRewrite(use!, { tag: '3.20', digest: D })).toBe(true)
  })

  it('says when a tag does not fit its pieces, or nothing may be written', () => {
    const [spread, skipped] = [read('ARG V=3.12\nFROM python:$V-slim\n')[0]!, read('FROM $X\n')[0]!]
    const digestOnly = read(`FROM a@${D}\n`)[0]!
    expect(canRewrite(digestOnly, { tag: '1', digest: D })).toBe(false)
    expect(canRewrite(spread, { tag: '3.13-alpine', digest: D })).toBe(false)
    expect(rewrite(spread, { tag: '3.13-alpine', digest: D })).toEqual([])
    expect(canRewrite(skipped, { tag: null, digest: D })).toBe(false)
  })

  it('writes an ARG of many uses once, and never twice differently', () => {
    const one = { file: 'f', span: [0, 1] as const, text: 'a' }
    expect(merged([one, { ...one }])).toEqual([one])
    expect(merged([one, { ...one, text: 'b' }])).toBe(null)
    expect(merged([one, { ...one, file: 'g', text: 'b' }])).toHaveLength(2)
  })
})

const number = fc.integer({ min: 1, max: 99 })
const version = fc.tuple(number, number).map(([a, b]) => `${a}.${b}`)
const pin = fc.option(
  fc.integer({ min: 1, max: 255 }).map((n) => `@${digestOf(n)}`),
  { nil: '' },
)
/** One stage, with the ARG it needs (`#` is its number), the way a reference may be written. */
const stage = fc
  .tuple(version, version, pin, fc.constantFrom('plain', 'tag', 'part', 'whole', 'quoted', 'default', 'bare', 'copy', 'mount', 'split'))
  .map(([v, w, p, form]) => {
    const forms: Record<string, readonly [string, string]> = {
      plain: ['', `from  --platform=linux/amd64 img#:${v}${p} As s#`],
      tag: [`ARG A#=${v}`, `FROM img#:\${A#}${p}`],
      part: [`ARG A#='${v}'`, `FROM img#:$A#-slim${p}`],
      whole: [`ARG A#="x.org/img#:${v}${p}"`, 'FROM ${A#}'],
      quoted: ['', `FROM "img#:${v}${p}"`],
      default: ['', `FROM img#:\${U#:-${v}}${p}`],
      bare: ['', `FROM img#${p}`],
      copy: ['', `FROM img#:${v}\nCOPY --link --from=other#:${w}${p} a b`],
      mount: ['', `FROM img#:${v}\nRUN --mount=type=bind,from=other#:${w}${p},target=/x <<EOF\nFROM decoy:1\nEOF`],
      split: [`ARG A#=${v}`, `FROM img#:\\\n# note\n  \${A#}${p}`.replace('  $', '$')],
    }
    return forms[form]!
  })
const file = fc.tuple(fc.array(stage, { minLength: 1, maxLength: 5 }), fc.constantFrom('\n', '\r\n'), fc.boolean()).map(([stages, end, last]) => {
  const lines = [
    ...stages.map(([arg], i) => arg.replaceAll('#', String(i))).filter((arg) => arg !== ''),
    ...stages.map(([, text], i) => text.replaceAll(/#(?! note)/g, String(i))),
  ]
  return lines.join('\n').replaceAll('\n', end) + (last ? end : '')
})

describe('for any file and plan', () => {
  it('what is read afterwards is what was planned, all else is as it was, and a second time changes nothing', () => {
    fc.assert(
      fc.property(file, fc.array(fc.tuple(version, fc.boolean()), { minLength: 12, maxLength: 12 }), (text, plan) => {
        const before = read(text)
        expect(before.map(({ skip }) => skip)).toEqual(before.map(() => null))
        const target = (use: ImageUse, index: number) => {
          const [next, moves] = plan[index]!
          const tag = use.reference!.tag
          return { tag: moves && tag !== null ? tag.replace(/^[\d.]+/, next) : null, digest: digestOf(index + 1) }
        }
        const after = rewritten(text, target)
        const planned = before.map((use, index) => {
          const { tag, digest } = target(use, index)
          return formatReference({ ...use.reference!, tag: tag ?? use.reference!.tag, digest })
        })
        expect(read(after).map((use) => formatReference(use.reference!))).toEqual(planned)
        expect(rewritten(after, target)).toBe(after)
        const spans = before.flatMap(({ edits }) => edits.map(({ span }) => span)).sort((a, b) => a[0] - b[0])
        let rest = after
        let at = 0
        for (const [start, end] of [...spans, [Buffer.byteLength(text), 0] as const]) {
          const kept = Buffer.from(text).subarray(at, start).toString()
          expect(rest).toContain(kept)
          rest = rest.slice(rest.indexOf(kept) + kept.length)
          at = Math.max(end, at)
        }
      }),
      { numRuns: 400 },
    )
  })
})
