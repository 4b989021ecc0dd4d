/** Pull requests and commits: golden words, bounds, and that nothing from outside comes alive. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseBodyMarker, parseCommitTrailer } from '../../../src/domain/update-marker.ts'
import { renderCommitMessage } from '../../../src/render/commit-message.ts'
import { renderPullRequest } from '../../../src/render/pull-request.ts'
import { casesIn, long } from '../policy/case-facts.ts'
import type { WrittenEvidence } from './case-evidence.ts'
import { fingerprint, toWords, type WrittenWords } from './case-moves.ts'
import { hostile } from './hostile.ts'
import { refuseActive } from './readable.ts'

test.each(casesIn('render'))('$name', ({ read }) => {
  const words = toWords(JSON.parse(read('moves.json')) as WrittenWords)
  const { title, body } = renderPullRequest(words)

  expect(`${title}\n`).toBe(read('title.txt'))
  expect(`${body}\n`).toBe(long(read('body.md')))
  expect(`${renderCommitMessage(words)}\n`).toBe(long(read('commit.txt')))
})

const words = (moves: WrittenWords['moves']): WrittenWords => ({ repo: { owner: 'acme', name: 'shop' }, asOf: '2026-11-22T02:00:00Z', moves })
const move = (file: string, stage: string | null = '0', text = 'x'): WrittenWords['moves'][number] => ({
  file,
  line: 1,
  stage,
  text: 'python:3@sha256:a*',
  to: 'python:3@sha256:b*',
  reasons: [{ rule: 'moved', text }],
})

test('a body with thousands of places stays under 60,000 bytes, says how many are missing, and keeps its marker', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => move(`services/${index}/Dockerfile`))
  const { body } = renderPullRequest(toWords(words(many)))
  const rows = body.split('\n').filter((line) => line.startsWith('| `')).length

  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000)
  expect(body).toContain(`… and ${5_000 - rows} more places`)
  expect(parseBodyMarker(body)).toBe(fingerprint)
})

test('paths, stages and reasons of any length and script stay under 60,000 bytes', () => {
  const long = Array.from({ length: 40 }, (_, index) => ({
    ...move('\u202e'.repeat(4_000), '🦊'.repeat(2_000), `${index} ${'\u0000 '.repeat(3_000)}`),
    text: `python:${index}@sha256:a*`,
  }))
  const { title, body } = renderPullRequest(toWords(words(long)))

  expect(title.length).toBeLessThanOrEqual(120)
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000)
  expect(parseBodyMarker(body)).toBe(fingerprint)
})

test('nothing that strangers wrote mentions, links, embeds, formats or hides in a body', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (file, stage, text) => {
      const { title, body } = renderPullRequest(toWords(words([move(file, stage, text), move(`b/${file}`, null, text)])))
      refuseActive(body)
      expect(
        body
          .split('\n')
          .filter((line) => line.startsWith('| '))
          .every((line) => line.split('|').length === 5),
      ).toBe(true)
      expect(body).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]/)
      expect(parseBodyMarker(body)).toBe(fingerprint)
      expect(title).toBe('Update python:3 to sha256:bbbbbbbbbbbb')
    }),
    { numRuns: 500 },
  )
})

test('nothing that images and feeds say comes alive, whatever it is', () => {
  fc.assert(
    fc.property(hostile, hostile, hostile, (a, b, c) => {
      const finding = { id: a, sourceName: b, installed: c, fixedIn: a, severity: 'high' as const }
      const evidence: WrittenEvidence = {
        platforms: [
          {
            platform: 'linux/amd64',
            fixed: [finding],
            introduced: [finding],
            remaining: [{ ...finding, published: b }],
            explained: false,
            why: [a, b],
            config: [{ field: a, from: b, to: c }],
            unseen: [c],
          },
          { platform: 'linux/arm64', added: [`${a.replaceAll(' ', '')} - → ${c.replaceAll(' ', '')}`] },
        ],
        notCompared: [{ platform: null, why: c }],
        feeds: [{ name: 'osv', checkedAt: '2026-11-22T00:00:00Z' }],
      }
      const { title, body } = renderPullRequest(toWords(words([{ ...move('Dockerfile'), evidence }])))
      refuseActive(body)
      expect(title).toBe('Update python:3: fixes 1 vulnerability (high)')
      expect(parseBodyMarker(body)).toBe(fingerprint)
    }),
    { numRuns: 500 },
  )
})

test('thousands of findings and packages stay under 60,000 bytes and say how many are missing', () => {
  const finding = (index: number) => ({ id: `CVE-2026-${10_000 + index}`, sourceName: 'x'.repeat(500), installed: '1', severity: 'high' as const })
  const evidence: WrittenEvidence = {
    platforms: [
      {
        platform: 'linux/amd64',
        fixed: Array.from({ length: 2_000 }, (_, index) => finding(index)),
        remaining: Array.from({ length: 2_000 }, (_, index) => finding(5_000 + index)),
        upgraded: Array.from({ length: 3_000 }, (_, index) => `${'p'.repeat(200)}${index} 1 → 2`),
        unseen: Array.from({ length: 500 }, (_, index) => `${index} ${'layer '.repeat(400)}`),
      },
    ],
  }
  const { title, body } = renderPullRequest(toWords(words([{ ...move('Dockerfile'), evidence }])))

  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000)
  expect(body).toMatch(/… and 1,?[0-9]{3} more\./)
  expect(title).toBe('Update python:3: fixes 2000 vulnerabilities (2000 high)')
  expect(parseBodyMarker(body)).toBe(fingerprint)
})

test('a commit message holds a short subject, plain text, and one trailer as its last line', () => {
  fc.assert(
    fc.property(hostile, (file) => {
      const message = renderCommitMessage(toWords(words([move(file)])))
      const [subject, blank, ...rest] = message.split('\n')
      expect(subject!.length).toBeLessThanOrEqual(72)
      expect(blank).toBe('')
      expect(rest.join('\n')).toMatch(/^[A-Za-z0-9 .,:/_+⟨⟩\n-…]*$/)
      expect(message).not.toMatch(/[@#[\]<>`]/)
      expect(message.match(/^[A-Za-z-]+: /gm)).toEqual(['Underpin-Plan: '])
      expect(parseCommitTrailer(message)).toBe(fingerprint)
    }),
    { numRuns: 300 },
  )
})
