/** The command `policy check`: mistakes with their places, or what is in force and where it comes from. */
import { Command } from 'commander'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { registerPolicy } from '../../../../src/app/cli/policy.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'underpin-policy-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
  rmSync(dir, { recursive: true })
})

async function check(...args: string[]): Promise<{ out: string; err: string; code: number }> {
  const written = { out: '', err: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true))
  vi.spyOn(console, 'log').mockImplementation((text: unknown) => void (written.out += `${String(text)}\n`))
  vi.spyOn(console, 'error').mockImplementation((text: unknown) => void (written.err += `${String(text)}\n`))
  const program = new Command()
  registerPolicy(program)
  await program.parseAsync(['policy', 'check', ...args], { from: 'user' })
  const code = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  vi.restoreAllMocks()
  return { ...written, code }
}

function put(name: string, content: string | Uint8Array): string {
  const file = path.join(dir, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
  return file
}

it('says file, line and column of every mistake, on stderr, and exits with 2', async () => {
  const file = put('p.yml', 'follow: minro\nlimits:\n  openPullRequests: many\nlabelz: []\n')

  expect(await check(file)).toEqual({
    out: '',
    err: [
      `${file}:1:9: follow: write digest, patch, minor, major, or a range in quotes such as ">=3.11 <4"; did you mean "minor"?`,
      `${file}:3:21: limits.openPullRequests: write a whole number from 0 to 50`,
      `${file}:4:1: labelz: unknown field; did you mean "labels"?`,
      '',
    ].join('\n'),
    code: 2,
  })
})

it('prints every value in force, with the place where it was written or that it is a default', async () => {
  const file = put('p.yml', 'follow: minor\nschedule: weekly\n')
  const { out, err, code } = await check(file)

  expect([err, code]).toEqual(['', 0])
  expect(out).toMatch(new RegExp(`^follow +minor +${file}:1:1$`, 'm'))
  expect(out).toMatch(new RegExp(`^schedule\\.at +H 3 \\* \\* 1 +${file}:2:1$`, 'm'))
  expect(out).toMatch(/^schedule\.window +4h +default$/m)
  expect(out).toMatch(/^enabled +true +default$/m)
})

it('prints the same as JSON, with the policy as a file of its own', async () => {
  const file = put('p.yml', 'images:\n  - match: python\n    follow: minor\n')
  const printed = JSON.parse((await check(file, '--json')).out) as { policy: unknown; values: unknown[] }

  expect(printed).toMatchObject({
    file,
    problems: [],
    policy: { enabled: true, follow: 'digest', images: [{ match: ['docker.io/library/python'], follow: 'minor' }] },
  })
  expect(printed.values).toContainEqual({ field: 'enabled', value: true, from: { kind: 'default' } })
  expect(printed.values).toContainEqual({
    field: 'images.0',
    value: { match: ['docker.io/library/python'], follow: 'minor' },
    from: { kind: 'file', file, line: 2, column: 5 },
  })
})

it('prints mistakes as JSON too', async () => {
  const file = put('p.yml', 'a: 1\n')
  const { out, code } = await check(file, '--json')

  expect(code).toBe(2)
  expect(JSON.parse(out)).toMatchObject({ file, policy: null, values: [], problems: [{ file, line: 1, column: 1, field: 'a' }] })
})

it('shows what a policy comes to over the one that it extends', async () => {
  const own = put('p.yml', 'extends: .github\nlabels: [own]\n')
  const base = put('org.yml', 'labels: [org]\nreviewers: [octocat]\n')
  const { out, err, code } = await check(own, '--extends', base)

  expect([err, code]).toEqual(['', 0])
  expect(out).toMatch(new RegExp(`^labels +\\[own\\] +${own}:2:1$`, 'm'))
  expect(out).toMatch(new RegExp(`^reviewers +\\[octocat\\] +${base}:2:1$`, 'm'))
})

it('names the mistakes of the other file by its own name', async () => {
  const own = put('p.yml', 'extends: .github\n')
  const base = put('org.yml', 'extends: .github\n')
  const { err, code } = await check(own, '--extends', base)

  expect(err).toBe(`${base}:1:10: extends: a policy that is extended cannot extend another; remove this line\n`)
  expect(code).toBe(2)
})

it('says where a policy is left out, or has no part', async () => {
  const own = put('p.yml', 'extends: .github\n')
  const plain = put('q.yml', 'enabled: true\n')

  expect((await check(own)).err).toContain(`${own}:1:1: the policy that it extends is left out; name its file with --extends`)
  expect((await check(plain, '--extends', own)).err).toContain('extends no other policy')
})

it('takes the folder of a repo, and tells that a file by another name is not read', async () => {
  put('.github/underpin.yml', 'enabled: false\n')
  expect((await check(dir)).out).toMatch(/^enabled +false +\S+\.github\/underpin\.yml:1:1$/m)

  rmSync(path.join(dir, '.github/underpin.yml'))
  const other = put('.github/underpin.yaml', 'enabled: false\n')
  const { err, code } = await check(dir)
  expect(err).toContain(`rename ${other}`)
  expect(code).toBe(2)
  expect((await check(other)).err).toContain(`rename ${other}`)
})

it.each([
  ['a file that is not there', () => path.join(dir, 'none.yml'), /none\.yml: .*no such file/],
  ['one that is too long', () => put('p.yml', `#${' '.repeat(70_000)}`), /longer than 65536 bytes/],
  ['one that is not UTF-8', () => put('p.yml', Buffer.from([0x61, 0xff])), /not UTF-8/],
  ['one that is nested without end', () => put('p.yml', '['.repeat(60_000)), /nested or indented too deep/],
  [
    'a bomb of aliases',
    () => put('p.yml', `a: &a [${'x, '.repeat(9)}]\nb: &b [${'*a, '.repeat(9)}]\nc: &c [${'*b, '.repeat(9)}]\n`),
    /aliases of the file unfold to too much/,
  ],
])('%s exits with 2 and says why', async (_, prepare, words) => {
  const { err, code } = await check(prepare())

  expect(err).toMatch(words)
  expect(code).toBe(2)
})

it('lets no character of the file do something to the terminal', async () => {
  const file = put('p.yml', '"a\\e[31m": 1\nlabels: ["x\\u202Ey"]\n')
  const { err } = await check(file)

  expect(err).not.toContain('\u001b')
  expect(err).not.toContain('\u202e')
  expect(err).toContain('⟨U+001B⟩')
})
