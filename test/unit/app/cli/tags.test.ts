/** `underpin tags` as a person runs it, on a registry, a file and standard input. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { registerTags } from '../../../../src/app/cli/tags.ts'
import { type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'
import { type Home, makeHome, type Result } from './evidence-stage.ts'

let registry: StandInRegistry
let locked: StandInRegistry
let home: Home
beforeAll(async () => {
  registry = await startRegistry({ pageSize: 3 })
  locked = await startRegistry({ auth: 'basic', users: { ann: 'a password' } })
  home = makeHome([registry.host, locked.host])
  const { digest } = registry.pushImage('acme/app', 'latest')
  for (const tag of ['1.2', '1.2.3', '1.2.4', '1.2.10', '1.3.0', '2.0.0-rc.1', '2.0.0', '1.2.9-alpine', 'v1.2.9']) registry.tag('acme/app', tag, digest)
})
afterAll(async () => {
  await registry.close()
  await locked.close()
  home.remove()
})

/** Runs the command in this process. */
async function run(args: readonly string[], input = ''): Promise<Result> {
  const written = { out: '', err: '' }
  vi.stubEnv('HOME', home.folder)
  vi.stubEnv('DOCKER_CONFIG', path.join(home.folder, '.docker'))
  vi.stubEnv('UNDERPIN_CONFIG', path.join(home.folder, 'operator.yml'))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((written.out += String(text)), true))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((written.err += String(text)), true))
  vi.spyOn(console, 'error').mockImplementation((text) => void (written.err += `${String(text)}\n`))
  const program = new Command().exitOverride()
  registerTags(
    program,
    (async function* () {
      for (let at = 0; at < input.length; at += 7) yield Buffer.from(input.slice(at, at + 7))
    })(),
  )
  try {
    await program.parseAsync(['tags', ...args], { from: 'user' })
    return { ...written, code: Number(process.exitCode ?? 0) }
  } catch (error) {
    if (error instanceof CommanderError) return { ...written, code: 2 }
    throw error
  } finally {
    process.exitCode = undefined
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  }
}

function list(name: string, text: string): string {
  const file = path.join(home.folder, name)
  writeFileSync(file, text)
  return file
}

describe('tags of a registry', () => {
  it('are all looked at, however many pages they come in, and what is refused has its reason', async () => {
    const { code, out, err } = await run([`${registry.host}/acme/app:1.2.3`, '--policy', 'patch', '--json'])

    expect({ code, err }).toEqual({ code: 0, err: `asking ${registry.host} for the tags of acme/app\n` })
    expect(JSON.parse(out)).toEqual({
      current: '1.2.3',
      candidate: '1.2.10',
      considered: 10,
      refused: expect.arrayContaining([
        { tag: '1.2', why: 'coarser' },
        { tag: '1.3.0', why: 'beyond-policy' },
        { tag: '2.0.0-rc.1', why: 'pre-release' },
        { tag: '1.2.9-alpine', why: 'other-suffix' },
        { tag: 'v1.2.9', why: 'other-prefix' },
        { tag: 'latest', why: 'not-a-version' },
      ]),
    })
  })

  it('without a policy the tag stays, and the answer says so and what others would choose', async () => {
    const { code, out } = await run([`${registry.host}/acme/app:1.2.3`])

    expect(code).toBe(0)
    expect(out).toContain('stays      policy digest keeps the tag')
    expect(out).toMatch(/with patch +1\.2\.10\n +with minor +1\.3\.0\n +with major +2\.0\.0\n/)
    expect(out).toMatch(/pre-release +1 +a pre-release\n +2\.0\.0-rc\.1\n/)
  })

  it('a tag that is not among them is told, with the nearest that is', async () => {
    const { err, out } = await run([`${registry.host}/acme/app:1.2.5`, '--policy', 'major', '--json'])

    expect(err).toContain('1.2.5 is not among them; the nearest that is: 1.2.10')
    expect(JSON.parse(out)).toMatchObject({ current: '1.2.5', candidate: '2.0.0' })
  })

  it('a registry that fails ends it with 3, a name that is none with 2, and both say what to do', async () => {
    const cases: readonly (readonly [string, number, string])[] = [
      [`${locked.host}/acme/app:1`, 3, `configure a credential for ${locked.host}`],
      [`${registry.host}/acme/none:1`, 3, 'acme/none'],
      ['127.0.0.1:1/acme/app:1', 3, '127.0.0.1:1'],
      ['Not An Image', 2, 'is no image'],
      [`acme/app@sha256:${'0'.repeat(64)}`, 2, 'names a digest and no tag'],
    ]
    for (const [name, expected, words] of cases) {
      const { code, out, err } = await run([name, '--json'])
      expect({ name, code, out }).toEqual({ name, code: expected, out: '' })
      expect(err).toContain(words)
    }
  })

  it('is a command of the program', async () => {
    const { code, out } = await home.runCompiled('tags', `${registry.host}/acme/app:1.2.3`, '--policy', 'minor', '--json')

    expect({ code, candidate: JSON.parse(out).candidate }).toEqual({ code: 0, candidate: '1.3.0' })
  })
})

describe('tags of a list', () => {
  it('are read from a file, CRLF and empty lines and all, and nobody is asked', async () => {
    const file = list('crlf.txt', '\ufeff3.12.4-slim\r\n\r\n3.12.7-slim\r\n3.13.0-slim')
    const { code, out, err } = await run(['nowhere.example/python:3.12.4-slim', '--from-list', file, '--policy', 'minor', '--json'])

    expect({ code, err, answer: JSON.parse(out) }).toEqual({
      code: 0,
      err: '',
      answer: { current: '3.12.4-slim', candidate: '3.13.0-slim', considered: 3, refused: [] },
    })
  })

  it('come from standard input too', async () => {
    const { out } = await run(['python:3.12', '--from-list', '-', '--policy', 'minor', '--json'], '3.11\n3.12\n3.13\n')

    expect(JSON.parse(out)).toEqual({ current: '3.12', candidate: '3.13', considered: 3, refused: [{ tag: '3.11', why: 'lower' }] })
  })

  it('a line that is no tag is named, and loses nothing else', async () => {
    const { code, out, err } = await run(
      ['a:1.0', '--from-list', '-', '--policy', 'major', '--json'],
      `1.0\nbad tag\n2.0\n${'x'.repeat(5_000)}\n-1\n\u001b[31m3.0\n`,
    )

    expect({ code, candidate: JSON.parse(out).candidate }).toEqual({ code: 2, candidate: '2.0' })
    expect(
      err
        .split('\n')
        .filter((line) => line.startsWith('standard input:'))
        .map((line) => line.slice(0, 30)),
    ).toEqual(['standard input:2: "bad tag" is', `standard input:4: "${'x'.repeat(11)}`, 'standard input:5: "-1" is no t', 'standard input:6: "⟨U+001B⟩[31'])
  })

  it('a file that is not there, or lists more than a registry may, ends it with 2', async () => {
    const missing = await run(['a:1', '--from-list', path.join(home.folder, 'none.txt')])
    const folder = await run(['a:1', '--from-list', home.folder])
    const many = await run(['a:1', '--from-list', list('many.txt', Array.from({ length: 100_001 }, (_, at) => `1.${at}`).join('\n'))])

    for (const { code, out } of [missing, folder, many]) expect({ code, out }).toEqual({ code: 2, out: '' })
    expect([missing.err, folder.err, many.err]).toEqual([
      expect.stringContaining('none.txt cannot be read: ENOENT'),
      expect.stringContaining('cannot be read: EISDIR'),
      expect.stringContaining('more than 100000 lines'),
    ])
  })

  it('an empty one is said to be empty', async () => {
    expect(await run(['a:1', '--from-list', '-', '--policy', 'major', '--json'])).toEqual({
      code: 0,
      out: '{"current":"1","candidate":null,"considered":0,"refused":[]}\n',
      err: 'there are no tags\n',
    })
  })
})

describe('how far', () => {
  const tags = '3.11.2\n3.12.1\n4.0.0\n'

  it('may be a range', async () => {
    const { out } = await run(['a:3.11.2', '--from-list', '-', '--range', '>=3.11 <4', '--json'], tags)

    expect(JSON.parse(out)).toMatchObject({ candidate: '3.12.1', refused: [{ tag: '4.0.0', why: 'beyond-policy' }] })
  })

  it('a range that is none, a policy that is none, and both at once are wrong usage', async () => {
    const wrong = [
      ['--range', '>= latest'],
      ['--policy', 'newest'],
      ['--policy', 'minor', '--range', '1.x'],
    ]
    const results: Result[] = []
    for (const options of wrong) results.push(await run(['a:3.11.2', '--from-list', '-', ...options], tags))

    expect(results.map(({ code, out }) => ({ code, out }))).toEqual(wrong.map(() => ({ code: 2, out: '' })))
    expect(results[0]?.err).toContain('">=latest" is no condition on a version')
  })

  it('the release of the distribution changes only when told to', async () => {
    const lines = '3.12-bookworm\n3.12-trixie\n'
    const kept = await run(['python:3.12-bookworm', '--from-list', '-', '--policy', 'patch', '--json'], lines)
    const moved = await run(['python:3.12-bookworm', '--from-list', '-', '--policy', 'patch', '--allow-release-change', '--json'], lines)

    expect(JSON.parse(kept.out)).toMatchObject({ candidate: null, refused: [{ tag: '3.12-trixie', why: 'other-suffix' }] })
    expect(JSON.parse(moved.out)).toMatchObject({ candidate: '3.12-trixie', refused: [] })
  })

  it('a tag that names no version stays, and the answer says why', async () => {
    const { out } = await run(['python:latest', '--from-list', '-', '--policy', 'major'], 'latest\n3.12\n')

    expect(out).toContain('it names no version, so no tag is newer')
  })
})
