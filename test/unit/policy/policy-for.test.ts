/** What holds for one use: the first rule of each kind, the path's over the image's, and nothing else. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatImageName, parseReference } from '../../../src/domain/image/reference.ts'
import { defaultPolicy } from '../../../src/domain/repo/default-policy.ts'
import type { Policy, UseRule } from '../../../src/domain/repo/policy.ts'
import { coversPath, matchesGlob } from '../../../src/lib/glob.ts'
import { ignoredImage } from '../../../src/policy/rules/ignored-image.ts'
import { ignoredPath } from '../../../src/policy/rules/ignored-path.ts'
import { readPolicy } from '../../../src/policy/policy-file.ts'
import { policyFor } from '../../../src/policy/policy-for.ts'
import { toUse, toUseFacts } from './case-facts.ts'

function policyOf(text: string): Policy {
  const read = readPolicy(Buffer.from(text))
  if (read.kind !== 'policy') throw new Error(JSON.stringify(read))
  return read.policy
}

const use = (file: string, text: string) => toUse({ file, line: 1, text })
/** The example of docs/policy.md. */
const policy = policyOf(`
follow: patch
labels: [all]
images:
  - {match: postgres, follow: ">=15 <17", reviewers: [acme/databases]}
  - {match: ["ghcr.io/acme/**"], follow: major, labels: []}
  - {match: "**", pinFloatingTags: true}
paths:
  - {match: production, follow: digest, schedule: weekly}
  - {match: "**/production", assignees: [octocat]}
`)

test.each([
  ['Dockerfile', 'postgres:16', { follow: { kind: 'range', range: '>=15 <17' }, reviewers: ['acme/databases'], pinFloatingTags: false }],
  ['Dockerfile', 'ghcr.io/acme/a/b:1', { follow: { kind: 'major' }, labels: [] }],
  ['Dockerfile', 'python:3', { follow: { kind: 'patch' }, labels: ['all'], pinFloatingTags: true }],
  ['production/db/Dockerfile', 'postgres:16', { follow: { kind: 'digest' }, reviewers: ['acme/databases'], assignees: [] }],
  ['a/production/Dockerfile', 'python:3', { follow: { kind: 'patch' }, assignees: ['octocat'], schedule: null }],
])('in %s, for %s', (file, text, said) => {
  expect(policyFor(policy, use(file, text))).toMatchObject(said)
})

test('a use without a reference is told by its path alone', () => {
  const unknown = { ...use('production/Dockerfile', 'python:3'), reference: null }

  expect(policyFor(policy, unknown)).toMatchObject({ follow: { kind: 'digest' }, pinFloatingTags: false })
})

describe('for all policies', () => {
  const globs = ['**', 'docker.io/library/*', 'docker.io/library/python', 'ghcr.io/**', 'src', '**/Dockerfile', 'src/*', 'x?']
  const rule: fc.Arbitrary<UseRule> = fc.record({
    globs: fc.array(fc.constantFrom(...globs), { minLength: 1, maxLength: 3 }),
    enabled: fc.constantFrom(null, true, false),
    sets: fc.record(
      {
        follow: fc.constantFrom({ kind: 'minor' as const }, { kind: 'range' as const, range: '>=1 <2' }),
        mayChangeRelease: fc.boolean(),
        pinFloatingTags: fc.boolean(),
        labels: fc.constantFrom([], ['a'], ['b']),
        reviewers: fc.constantFrom([], ['r']),
        schedule: fc.constantFrom(null, { cron: 'H 3 * * *', timezone: 'UTC', windowMs: 3_600_000 }),
      },
      { requiredKeys: [] },
    ),
  })
  const rules = fc.array(rule, { maxLength: 4 })
  const given = fc.record({
    policy: fc.record({ imageRules: rules, pathRules: rules }).map((both): Policy => ({ ...defaultPolicy, ...both })),
    use: fc.tuple(fc.constantFrom('Dockerfile', 'src/Dockerfile', 'src/a/b.yml', 'x1'), fc.constantFrom('python:3', 'ghcr.io/a/b:1', 'busybox')),
  })
  const check = (law: (policy: Policy, file: string, text: string) => void) =>
    fc.assert(
      fc.property(given, ({ policy: one, use: [file, text] }) => law(one, file, text)),
      { numRuns: 500 },
    )
  const matching = (one: Policy, file: string, text: string) => {
    const parsed = parseReference(text)
    const name = parsed.kind === 'reference' ? formatImageName(parsed.reference.name) : ''
    return {
      image: one.imageRules.findIndex((rule) => rule.globs.some((glob) => matchesGlob(glob, name))),
      path: one.pathRules.findIndex((rule) => rule.globs.some((glob) => coversPath(glob, file))),
    }
  }

  test('each field is that of the first matching path rule, else of the first matching image rule, else the policy’s own', () => {
    check((one, file, text) => {
      const { image, path } = matching(one, file, text)
      const expected = { ...one, ...one.imageRules[image]?.sets, ...one.pathRules[path]?.sets }
      const { imageRules, pathRules, ignoreImages, ignorePaths } = one
      expect({ ...policyFor(one, use(file, text)), imageRules, pathRules, ignoreImages, ignorePaths }).toEqual(expected)
    })
  })

  test('rules behind the first that matches change nothing, and neither does their order', () => {
    check((one, file, text) => {
      const { image, path } = matching(one, file, text)
      const cut = {
        ...one,
        imageRules: image < 0 ? [] : one.imageRules.slice(image, image + 1),
        pathRules: path < 0 ? [] : one.pathRules.slice(path, path + 1),
      }
      expect(policyFor(cut, use(file, text))).toEqual(policyFor(one, use(file, text)))
    })
  })

  test('no rule is left, so that applying it twice changes nothing', () => {
    check((one, file, text) => {
      const once = policyFor(one, use(file, text))
      expect(once).toMatchObject({ imageRules: [], pathRules: [] })
      expect(policyFor(once, use(file, text))).toEqual(once)
    })
  })

  test('a use is left alone exactly where the rule that has the last word about it says so', () => {
    check((one, file, text) => {
      const { image, path } = matching(one, file, text)
      const isEnabled = one.pathRules[path]?.enabled ?? one.imageRules[image]?.enabled ?? true
      const facts = {
        ...toUseFacts({ asOf: '2026-11-20T00:00:00Z', policy: [], use: use(file, text), upstream: null }),
        policy: policyFor(one, use(file, text)),
      }
      expect(ignoredPath.judge(facts) === null && ignoredImage.judge(facts) === null).toBe(isEnabled)
    })
  })

  test('the policy is not changed', () => {
    check((one, file, text) => {
      const before = structuredClone(one)
      policyFor(one, use(file, text))
      expect(one).toEqual(before)
    })
  })
})
