/** The policy file: what it comes to, and what its author is told. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../src/domain/repo/policy.ts'
import { readPolicy } from '../../../src/policy/policy-file.ts'

const read = (text: string) => readPolicy(Buffer.from(text))

function policyOf(text: string): Policy {
  const result = read(text)
  if (result.kind !== 'policy') throw new Error(JSON.stringify(result))
  return result.policy
}

function problemsOf(text: string): readonly string[] {
  const result = read(text)
  return result.kind === 'broken' ? result.problems.map(({ at, path, message }) => `${at === null ? null : `${at.line}:${at.column}`} ${path}: ${message}`) : []
}

describe('what a file comes to', () => {
  test('a word is a schedule with an open minute, UTC, and base moves on', () => {
    expect(policyOf('rebuild: weekly').rebuild).toEqual({
      cron: 'H 3 * * 1',
      timezone: 'UTC',
      onBaseMove: true,
      onFix: false,
      workflow: null,
      ref: null,
      inputs: {},
    })
  })

  test('never is no rebuild, and so is an object that asks for none', () => {
    expect(policyOf('rebuild: never').rebuild).toBeNull()
    expect(policyOf('rebuild: {schedule: never, onBaseMove: false}').rebuild).toBeNull()
    expect(policyOf('rebuild: {}').rebuild).toMatchObject({ cron: null, onBaseMove: true })
  })

  test('inputs become text, since workflow_dispatch takes nothing else', () => {
    expect(policyOf('rebuild: {workflow: b.yml, inputs: {no-cache: true, n: 3, s: x}}').rebuild?.inputs).toEqual({ 'no-cache': 'true', n: '3', s: 'x' })
  })

  test('image globs are spelled in full, as Docker reads them', () => {
    expect(
      policyOf('ignore: {images: [python, "bitnami/*", "ghcr.io/a/**", "localhost:5000/x", "**", "*/library/*", "index.docker.io/library/x"]}').ignoreImages,
    ).toEqual(['docker.io/library/python', 'docker.io/bitnami/*', 'ghcr.io/a/**', 'localhost:5000/x', '**', '*/library/*', 'docker.io/library/x'])
  })

  test('how far an image moves is a word or a range', () => {
    expect(policyOf('follow: major').follow).toEqual({ kind: 'major' })
    expect(policyOf('follow: " >=3.11  <4 "').follow).toEqual({ kind: 'range', range: '>=3.11 <4' })
  })

  test('a schedule is a word, a pattern, or both parts with a window and a timezone', () => {
    const fourHours = 14_400_000
    expect(policyOf('schedule: always').schedule).toBeNull()
    expect(policyOf('schedule: monthly').schedule).toEqual({ cron: 'H 3 1 * *', timezone: 'UTC', windowMs: fourHours })
    expect(policyOf('schedule: " 5 4 * * 1 "').schedule).toEqual({ cron: '5 4 * * 1', timezone: 'UTC', windowMs: fourHours })
    expect(policyOf('schedule: {at: daily, window: 90m, timezone: Asia/Tokyo}').schedule).toEqual({
      cron: 'H 3 * * *',
      timezone: 'Asia/Tokyo',
      windowMs: 5_400_000,
    })
  })

  test('one base branch is a list of one, and the same name or label twice counts once', () => {
    expect(policyOf('baseBranch: next')).toMatchObject({ baseBranches: ['next'] })
    expect(policyOf('baseBranches: [main, next, main]')).toMatchObject({ baseBranches: ['main', 'next'] })
    expect(policyOf('labels: [a, a]\nreviewers: [b, b]\nassignees: [c, c]')).toMatchObject({ labels: ['a'], reviewers: ['b'], assignees: ['c'] })
  })

  test('a rule holds what it says and nothing more; its globs are spelled like those of ignore', () => {
    expect(policyOf('images: [{match: python, schedule: always}]\npaths: [{match: [./src, /lib], enabled: false}]')).toMatchObject({
      imageRules: [{ globs: ['docker.io/library/python'], enabled: null, sets: { schedule: null } }],
      pathRules: [{ globs: ['src', 'lib'], enabled: false, sets: {} }],
    })
    expect(Object.keys(policyOf('images: [{match: x, labels: []}]').imageRules[0]!.sets)).toEqual(['labels'])
  })

  test('prefixes are taken as they are written', () => {
    expect(policyOf('branchPrefix: deps/\ncommitPrefix: "chore(deps):"')).toMatchObject({ branchPrefix: 'deps/', commitPrefix: 'chore(deps):' })
  })

  test('people and teams are named as GitHub names them', () => {
    const names = ['octocat', 'a', 'a-b', 'jane_acme', 'acme/platform', 'acme/a.b'.replace('.', '-')]
    expect(policyOf(`reviewers: ${JSON.stringify(names)}`).reviewers).toEqual(names)
  })

  test('anchors and aliases work within the cap', () => {
    expect(policyOf('labels: &l [a, b]\nignore: {paths: *l}').ignorePaths).toEqual(['a', 'b'])
  })
})

describe('what the author of a mistake is told', () => {
  test.each([
    ['enabeld: true', '1:1 enabeld: unknown field; did you mean "enabled"?'],
    ['enabled: yes', '1:10 enabled: write true or false'],
    ['enabled: true\nenabled: false', '2:1 : this field stands twice; keep one of them'],
    ['limits:\n  openPullRequests: 99', '2:21 limits.openPullRequests: write a whole number from 0 to 50'],
    ['limits:\n  open: 1', '2:3 limits.open: unknown field; the fields here are openPullRequests, pullRequestsPerHour'],
    ['labels:\n  - ok\n  - "a,b"', '3:5 labels.1: a label has no comma, and no space at its ends'],
    ['ignore:\n  images:\n    - python:3', '3:7 ignore.images.0: write an image name without tag or digest, for example "python" or "ghcr.io/acme/**"'],
    ['baseBranch: a..b', '1:13 baseBranch: this is not the name of a branch; write it as in the branch list on GitHub, for example main'],
    ['platforms: [amd64]', '1:13 platforms.0: write a platform such as linux/amd64 or linux/arm/v7'],
    [
      'rebuild: weekyl',
      '1:10 rebuild: write daily, weekly, monthly, on-fix, never, or a cron pattern of five fields (minute hour day month weekday); did you mean "weekly"?',
    ],
    ['rebuild: "* * * * *"', '1:10 rebuild: the minute must be one number, or H for a minute that Underpin picks: once an hour is the most'],
    ['rebuild: "0 0 31 2 *"', '1:10 rebuild: this cron pattern never comes'],
    ['rebuild: "61 0 * * *"', '1:10 rebuild: this is not a cron pattern; five fields are needed (minute hour day month weekday), for example "30 4 * * 1"'],
    ['rebuild: 5', '1:10 rebuild: write daily, weekly, monthly, on-fix, never, or a cron pattern in quotes'],
    [
      'rebuild:\n  timezone: Europe/Berln',
      '2:13 rebuild.timezone: this is no IANA timezone; write one such as UTC, Europe/Berlin or America/New_York; did you mean "Europe/Berlin"?',
    ],
    ['rebuild:\n  workflow: ../evil.yml', '2:13 rebuild.workflow: write only the file name of a workflow in .github/workflows, for example build.yml'],
    ['rebuild:\n  inptus: {}', '2:3 rebuild.inptus: unknown field; did you mean "inputs"?'],
    ['rebuild:\n  inputs: {a: 1}', '2:11 rebuild.inputs: inputs are given to a workflow; name it in "workflow"'],
    ['rebuild:\n  workflow: b.yml\n  inputs:\n    a: [1]', '4:8 rebuild.inputs.a: write a text, a number, true or false'],
    ['follow: minro', '1:9 follow: write digest, patch, minor, major, or a range in quotes such as ">=3.11 <4"; did you mean "minor"?'],
    ['follow: ">=3,1rc"', '1:9 follow: "1rc" is no condition on a version; a range is something like ">=3.11 <4", "^1.2", "~1.2", "1.x" or "1.2 - 1.4"'],
    ['follow: 3.12', '1:9 follow: write digest, patch, minor, major, or a range in quotes such as ">=3.11 <4"'],
    [
      'schedule: daly',
      '1:11 schedule: write daily, weekly, monthly, always, or a cron pattern of five fields (minute hour day month weekday); did you mean "daily"?',
    ],
    ['schedule: on-fix', '1:11 schedule: write daily, weekly, monthly, always, or a cron pattern of five fields (minute hour day month weekday)'],
    ['schedule: {at: weekly, windw: 4h}', '1:24 schedule.windw: unknown field; did you mean "window"?'],
    ['schedule:\n  at: weekly\n  window: 4 hours', '3:11 schedule.window: write how long, from 15m to 7d, for example 90m, 4h or 2d'],
    ['schedule: {window: 4h}', '1:11 schedule.at: write daily, weekly, monthly, always, or a cron pattern in quotes'],
    ['reviewers: ["@octocat"]', '1:13 reviewers.0: write a login or a team as in its address on GitHub, without "@", for example octocat or acme/platform'],
    ['reviewers: [a/b/c]', '1:13 reviewers.0: write a login or a team as in its address on GitHub, without "@", for example octocat or acme/platform'],
    ['assignees: [acme/team]', '1:13 assignees.0: write a login as in the address of its page on GitHub, without "@", for example octocat'],
    ['assignees: [a--b]', '1:13 assignees.0: write a login as in the address of its page on GitHub, without "@", for example octocat'],
    [
      'commitPrefix: "fix: "',
      '1:15 commitPrefix: write it without a space at its ends, without "#" in front, and without words in brackets that stop a pipeline',
    ],
    [
      'commitPrefix: "[skip ci]"',
      '1:15 commitPrefix: write it without a space at its ends, without "#" in front, and without words in brackets that stop a pipeline',
    ],
    ['commitPrefix: "a\\nb"', '1:15 commitPrefix: write a short text such as "chore(deps):" (without control or invisible characters)'],
    ['baseBranches: [main, a..b]', '1:22 baseBranches.1: this is not the name of a branch; write it as in the branch list on GitHub, for example main'],
    ['baseBranches: [main]\nbaseBranch: main', '2:13 baseBranch: write baseBranch or baseBranches, not both'],
    ['images: {python: minor}', '1:9 images: write a list of rules'],
    ['images:\n  - follow: minor', '2:5 images.0.match: write a glob in quotes: * for anything within one folder, ** for any folders, ? for one character'],
    ['images:\n  - match: []', '2:12 images.0.match: name at least one glob'],
    ['images:\n  - match: [ok, "python:3"]', '2:17 images.0.match.1: write an image name without tag or digest, for example "python" or "ghcr.io/acme/**"'],
    ['images:\n  - {match: python, folow: minor}', '2:21 images.0.folow: unknown field; did you mean "follow"?'],
    [
      'paths:\n  - match: src\n    rebuild: never',
      '3:5 paths.0.rebuild: unknown field; the fields here are match, enabled, follow, mayChangeRelease, pinFloatingTags, pinOverArguments, platforms, schedule, labels, reviewers, assignees',
    ],
    [
      'paths:\n  - match: src\n    schedule:\n      timezone: Mars\n      at: daily',
      '4:17 paths.0.schedule.timezone: this is no IANA timezone; write one such as UTC, Europe/Berlin or America/New_York',
    ],
    ['ignore: {paths: ["**/a*b*c*d*e*f*g*h*"]}', '1:18 ignore.paths.0: write at most 8 stars in one glob; several globs say more'],
    ['- enabled', '1:1 : write "name: value" lines; docs/policy.md shows each of them'],
    ['enabled: true\n\tx: 1', '2:1 : a tab indents this line; use spaces'],
    ['enabled: true\n---\nenabled: false', '2:1 : the file holds more than one YAML document; keep one'],
    ['rebuild: !js/function weekly', '1:23 : YAML tags such as "!name" mean nothing here; remove it'],
  ])('%j', (text, said) => {
    expect(problemsOf(text)).toContain(said)
  })

  test.each(['deps/', 'deps-', 'a.b_c/', 'underpin/', 'underpin-', '0-'])('%s is a prefix of branches', (prefix) => {
    expect(policyOf(`branchPrefix: ${prefix}`).branchPrefix).toBe(prefix)
    // https://git-scm.com/docs/git-check-ref-format
    expect(`${prefix}python-0123abcd`).not.toMatch(/\.\.|\/\/|^[./-]|\.lock(\/|$)|\/\.|[\s~^:?*[\\@]/)
  })

  test.each(['', 'deps', 'Deps/', 'a/b/', '/', '-', '.a/', '-a/', 'a../', 'a.lock/', 'a./', 'refs/', 'heads/', 'a b/', 'a~/', 'ä/', 'x'.repeat(40) + '/'])(
    '%j is none',
    (prefix) => {
      expect(problemsOf(`branchPrefix: ${JSON.stringify(prefix)}`).join()).toMatch(/^1:15 branchPrefix: write /)
    },
  )

  test('all mistakes are told at once, in the order of their lines, up to twenty', () => {
    expect(problemsOf('rebuild: weekyl\nenabled: yes\nx: 1').map((problem) => problem[0])).toEqual(['1', '2', '3'])
    expect(problemsOf(Array.from({ length: 50 }, (_, index) => `x${index}: 1`).join('\n')).at(-1)).toBe('null : and 30 more mistakes')
  })
})

describe('no mistake hides another', () => {
  test('two fields that exclude each other are told beside one that is wrong for itself', () => {
    expect(problemsOf('baseBranch: main\nbaseBranches: [a..b]\nx: 1').map((problem) => problem.split(':', 3).slice(0, 3).join(':'))).toEqual([
      '1:13 baseBranch: write baseBranch or baseBranches, not both',
      '2:16 baseBranches.0: this is not the name of a branch; write it as in the branch list on GitHub, for example main',
      '3:1 x: unknown field; the fields here are extends, enabled, ignore, follow, mayChangeRelease, pinFloatingTags, pinOverArguments, platforms, schedule, labels, reviewers, assignees, images, paths, baseBranch, baseBranches, branchPrefix, commitPrefix, limits, includeForks, rebuild',
    ])
    expect(problemsOf('rebuild:\n  inputs: {a: 1}\n  onFix: 1')).toEqual([
      '2:11 rebuild.inputs: inputs are given to a workflow; name it in "workflow"',
      '3:10 rebuild.onFix: write true or false',
    ])
    expect(problemsOf('rebuild:\n  inputs: {a: 1}\n  workflow: 5')).toEqual(['3:13 rebuild.workflow: write the file name of a workflow, for example build.yml'])
  })

  test('a field that stands twice, and one that no policy has, are told with the others; the first of two counts', () => {
    expect(problemsOf('follow: minro\n__proto__: {a: 1}\nenabled: yes\nfollow: 5\nlimits: {openPullRequests: 2, openPullRequests: x}')).toEqual([
      '1:9 follow: write digest, patch, minor, major, or a range in quotes such as ">=3.11 <4"; did you mean "minor"?',
      '2:1 __proto__: "__proto__" is not a field; remove the line',
      '3:10 enabled: write true or false',
      '4:1 : this field stands twice; keep one of them',
      '5:31 : this field stands twice; keep one of them',
    ])
  })

  test('an alias of what is left out is no riddle', () => {
    expect(problemsOf('labels: [a]\nlabels: &l [b]\nassignees: *l')).toEqual(['2:1 : this field stands twice; keep one of them'])
  })
})

describe('a file that means harm', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s is refused wherever it stands, and no object changes', (key) => {
    expect(problemsOf(`${key}: {polluted: true}`)).toEqual([`1:1 ${key}: "${key}" is not a field; remove the line`])
    expect(problemsOf(`rebuild: {workflow: a.yml, inputs: {${key}: 1}}`)).toEqual([`1:37 ${key}: "${key}" is not a field; remove the line`])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('it is bounded in bytes, depth and aliases', () => {
    expect(problemsOf('#'.repeat(65_537))).toEqual(['null : the file is longer than 65536 bytes'])
    const deep = [
      '['.repeat(60_000),
      '{a: '.repeat(15_000),
      '- '.repeat(30_000),
      '? '.repeat(30_000),
      `a:\n${Array.from({ length: 300 }, (_, level) => `${' '.repeat(level + 1)}a:`).join('\n')}`,
    ]
    for (const text of deep) expect(problemsOf(text).join()).toContain('too deep')
    expect(problemsOf(`a: &a [x]\nb: [${'*a, '.repeat(30)}]`).join()).toContain('more than 20 aliases')
  })

  test('a key twice is a mistake wherever it stands, also as a key that is quoted', () => {
    expect(problemsOf('images:\n  - match: a\n    "match": b')).toEqual(['3:5 : this field stands twice; keep one of them'])
  })

  test('columns count what editors count, also behind a byte order mark and characters of two units', () => {
    expect(problemsOf('\uFEFFfollow: minro')[0]).toMatch(/^1:9 /)
    expect(problemsOf('labels: ["😀", ""]')[0]).toMatch(/^1:16 labels.1/)
    expect(problemsOf('enabled: true\r\nfollow: minro\r\n')[0]).toMatch(/^2:9 /)
  })

  test('bytes that are not UTF-8 are named', () => {
    expect(readPolicy(new Uint8Array([0xff, 0xfe, 0x41]))).toMatchObject({ kind: 'broken', problems: [{ at: null }] })
  })

  test('any text gives a policy or a problem, never an exception', () => {
    const pieces = fc.constantFrom(
      'enabled',
      'rebuild',
      'limits',
      'ignore',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '!',
      '"',
      "'",
      '|',
      '>',
      '? ',
      '<<: ',
      'true',
      '5',
      '#',
      '---',
      '\t',
      '%',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
          fc.string(),
        ),
        (text) => {
          const result = read(text)
          expect(result.kind !== 'broken' || result.problems.length > 0).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
