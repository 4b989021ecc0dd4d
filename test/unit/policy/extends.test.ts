/** A policy over the one of its organisation: what counts, where it comes from, and what cannot be. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultPolicy } from '../../../src/domain/repo/default-policy.ts'
import { formatPolicyProblem, type PolicySurroundings } from '../../../src/domain/repo/policy.ts'
import { readPolicy } from '../../../src/policy/policy-file.ts'
import { policyFileOf } from '../../../src/render/policy-values.ts'

const name = 'acme/.github: .github/underpin.yml'
const base = (text: string): PolicySurroundings => ({ base: { name, bytes: Buffer.from(text) } })
const read = (text: string, surroundings: PolicySurroundings = {}) => readPolicy(Buffer.from(text), surroundings)

function inForce(text: string, surroundings: PolicySurroundings = {}) {
  const result = read(text, surroundings)
  if (result.kind !== 'policy') throw new Error(JSON.stringify(result))
  return result
}

function problemsOf(text: string, surroundings: PolicySurroundings): readonly string[] {
  const result = read(text, surroundings)
  return result.kind === 'broken' ? result.problems.map((problem) => formatPolicyProblem(problem, 'own.yml')) : []
}

/** `path: value from`, of the paths given. */
function values(text: string, surroundings: PolicySurroundings, ...paths: readonly string[]): readonly string[] {
  return inForce(text, surroundings)
    .values.filter(({ path }) => paths.includes(path))
    .map(
      ({ path, value, from }) => `${path}: ${JSON.stringify(value)} ${from === null ? 'default' : `${from.file ?? 'own'}:${from.at.line}:${from.at.column}`}`,
    )
}

describe('what is asked for', () => {
  test.each([
    ['extends: .github', null],
    ['extends: acme/.github', 'acme'],
    ['enabled: true\nextends: "ACME/.github"', 'ACME'],
  ])('%j asks for the other file', (text, owner) => {
    expect(read(text, { owner: 'acme' })).toMatchObject({ kind: 'extends', owner })
  })

  test('a file that extends nothing asks for nothing, and what is given has no part in it', () => {
    expect(inForce('labels: [a]', base('labels: [b]')).policy.labels).toEqual(['a'])
  })

  test('a file with mistakes does not ask', () => {
    expect(read('extends: .github\nlabelz: []').kind).toBe('broken')
  })
})

describe('what cannot be extended', () => {
  const address = 'a policy is read from no address; write .github, the repository of your organisation'
  const other = 'only the repository .github of the same owner can be extended; write .github'
  test.each([
    ['https://github.com/acme/.github', address],
    ['http://169.254.169.254/.github', address],
    ['git@github.com:acme/.github', address],
    ['file:///etc/passwd', address],
    ['//host/.github', address],
    ['acme/policies', other],
    ['acme/.github/x', other],
    ['../.github', other],
    ['.github@main', address],
    ['.githubb', other],
    ['-/.github', other],
  ])('%s', (what, message) => {
    expect(problemsOf(`extends: ${JSON.stringify(what)}`, {})).toEqual([`own.yml:1:10: extends: ${message}`])
  })

  test('several of them, or none', () => {
    const message = 'write .github, the repository of your organisation that holds the policy of all'
    expect(problemsOf('extends: [.github]', {})).toEqual([`own.yml:1:10: extends: ${message}`])
    expect(problemsOf('extends:', {})).toEqual([`own.yml:1:9: extends: ${message}`])
  })

  test('the repository of another owner', () => {
    expect(problemsOf('extends: mallory/.github', { owner: 'acme', ...base('') })).toEqual([
      'own.yml:1:10: extends: only acme/.github can be extended here; write .github',
    ])
  })

  test('one that is not there', () => {
    expect(problemsOf('extends: .github', { base: { name, bytes: null } })).toEqual([
      `own.yml:1:10: extends: ${name} is not there, or Underpin may not read it; add it, or remove this line`,
    ])
  })

  test('one that extends another: depth is one', () => {
    expect(problemsOf('extends: .github', base('labels: []\nextends: .github'))).toEqual([
      `${name}:2:10: extends: a policy that is extended cannot extend another; remove this line`,
    ])
  })

  test('one with mistakes: they are named in their own file', () => {
    expect(problemsOf('extends: .github', base('labels: []\nfollow: minro'))).toEqual([
      `${name}:2:9: follow: write digest, patch, minor, major, or a range in quotes such as ">=3.11 <4"; did you mean "minor"?`,
    ])
  })

  test('mistakes in both are told together, those of the own file first', () => {
    expect(problemsOf('extends: .github\nx: 1', base('y: 1')).map((line) => line.split(' unknown')[0])).toEqual(['own.yml:2:1: x:', `${name}:1:1: y:`])
  })
})

describe('what counts', () => {
  test('a field of the own file is its own as a whole; below limits each counts for itself', () => {
    const over = 'extends: .github\nlabels: [a]\nschedule: daily\nlimits: {openPullRequests: 9}\nrebuild: {onFix: true}'
    const under =
      'labels: [b, c]\nfollow: minor\nschedule: {at: weekly, window: 1d, timezone: Asia/Tokyo}\nlimits: {openPullRequests: 1, pullRequestsPerHour: 7}\nrebuild: weekly'

    expect(inForce(over, base(under)).policy).toMatchObject({
      labels: ['a'],
      follow: { kind: 'minor' },
      schedule: { cron: 'H 3 * * *', timezone: 'UTC', windowMs: 14_400_000 },
      maxOpenPullRequests: 9,
      maxPullRequestsPerHour: 7,
      rebuild: { cron: null, onFix: true },
    })
  })

  test('an empty list and a word that means nothing take back what the organisation says', () => {
    const under = base('labels: [b]\nplatforms: [linux/amd64]\nschedule: weekly\nrebuild: daily\nenabled: false')

    expect(inForce('extends: .github\nlabels: []\nplatforms: []\nschedule: always\nrebuild: never\nenabled: true', under).policy).toEqual(defaultPolicy)
  })

  test('rules and what is ignored add up, the repo’s first', () => {
    const over = 'extends: .github\nimages: [{match: python, follow: minor}]\npaths: [{match: a}]\nignore: {paths: [x]}'
    const under = 'images: [{match: python, follow: major}, {match: node}]\npaths: [{match: b, enabled: false}]\nignore: {paths: [y], images: [z]}'
    const { policy } = inForce(over, base(under))

    expect(policy.imageRules.map(({ globs, sets }) => [globs[0], sets.follow?.kind])).toEqual([
      ['docker.io/library/python', 'minor'],
      ['docker.io/library/python', 'major'],
      ['docker.io/library/node', undefined],
    ])
    expect(policy.pathRules.map(({ globs, enabled }) => [globs[0], enabled])).toEqual([
      ['a', null],
      ['b', false],
    ])
    expect([policy.ignorePaths, policy.ignoreImages]).toEqual([['x', 'y'], ['docker.io/library/z']])
  })

  test.each([
    ['baseBranch: a', 'baseBranches: [b, c]', ['a']],
    ['baseBranches: [b, c]', 'baseBranch: a', ['b', 'c']],
    ['enabled: true', 'baseBranch: a', ['a']],
  ])('base branches are those of one file: %s over %s', (own, under, branches) => {
    expect(inForce(`extends: .github\n${own}`, base(under)).policy).toMatchObject({ baseBranches: branches })
  })
})

describe('where it comes from', () => {
  const under = base('labels: [b]\nlimits:\n  openPullRequests: 1\nrebuild:\n  schedule: weekly\n  timezone: Asia/Tokyo\nimages:\n- match: node\n')
  const over = 'extends: .github\nfollow: minor\nlimits: {pullRequestsPerHour: 3}\nschedule: daily\nimages:\n  - match: python\n'

  test('each value names its file, line and column, or that it is a default', () => {
    expect(values(over, under, 'extends', 'enabled', 'follow', 'labels', 'limits.openPullRequests', 'limits.pullRequestsPerHour')).toEqual([
      'extends: ".github" own:1:1',
      'enabled: true default',
      'follow: "minor" own:2:1',
      `labels: ["b"] ${name}:1:1`,
      `limits.openPullRequests: 1 ${name}:3:3`,
      'limits.pullRequestsPerHour: 3 own:3:10',
    ])
  })

  test('the parts of a schedule that was written as a word are its defaults', () => {
    expect(values(over, under, 'schedule.at', 'schedule.window', 'schedule.timezone', 'rebuild.schedule', 'rebuild.timezone', 'rebuild.onFix')).toEqual([
      'schedule.at: "H 3 * * *" own:4:1',
      'schedule.window: "4h" default',
      'schedule.timezone: "UTC" default',
      `rebuild.schedule: "H 3 * * 1" ${name}:5:3`,
      `rebuild.timezone: "Asia/Tokyo" ${name}:6:3`,
      'rebuild.onFix: false default',
    ])
  })

  test('each rule names the file that it stands in', () => {
    expect(values(over, under, 'images.0', 'images.1')).toEqual([
      'images.0: {"match":["docker.io/library/python"]} own:6:5',
      `images.1: {"match":["docker.io/library/node"]} ${name}:8:3`,
    ])
  })
})

test('what both come to can be written as one file, and says the same', () => {
  const lines = fc.uniqueArray(
    fc.constantFrom(
      'enabled: false',
      'follow: "^1.2 || 3.x"',
      'mayChangeRelease: true',
      'labels: [a, "b c"]',
      'reviewers: [octocat, acme/team]',
      'assignees: []',
      'schedule: {at: "5 4 * * 1", window: 90m, timezone: Europe/Berlin}',
      'rebuild: {schedule: on-fix, workflow: b.yml, inputs: {a: true, "no": 5}}',
      'ignore: {paths: [./a, "**/b"], images: [python]}',
      'images: [{match: [python, "ghcr.io/**"], enabled: false, schedule: always}, {match: "**", follow: patch, labels: []}]',
      'paths: [{match: /src, platforms: [linux/amd64], schedule: weekly}]',
      'baseBranches: [main, next]',
      'branchPrefix: deps-',
      'commitPrefix: "fix:"',
      'limits: {openPullRequests: 0}',
      'includeForks: true',
    ),
    { selector: (line) => line.split(':')[0] },
  )
  fc.assert(
    fc.property(lines, lines, (own, under) => {
      const both = inForce(['extends: .github', ...own].join('\n'), base(under.join('\n')))
      expect(inForce(JSON.stringify(policyFileOf(both.values))).policy).toEqual(both.policy)
    }),
    { numRuns: 200 },
  )
})
