/** `underpin scan` as a person runs it: the compiled command on a folder, against a registry on loopback. */
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'
import { serveScript } from '../../../support/serve-process.ts'

let registry: StandInRegistry
let locked: StandInRegistry
let home: string
let dir: string
let folders = 0

beforeAll(async () => {
  registry = await startRegistry()
  locked = await startRegistry({ auth: 'basic', users: { ann: 'a password' } })
  home = mkdtempSync(path.join(os.tmpdir(), 'underpin-scan-'))
  const hosts = [registry.host, locked.host].map((host) => `{ host: "${host}", insecure: true, allowPrivate: true }`)
  writeFileSync(path.join(home, 'operator.yml'), `registries: [${hosts.join(', ')}]\n`)
})
afterAll(async () => {
  await registry.close()
  await locked.close()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(() => {
  folders += 1
  dir = path.join(home, `folder${folders}`)
  mkdirSync(dir)
})

type Result = { readonly code: number; readonly out: string; readonly err: string }

function scan(...flags: readonly string[]): Promise<Result> {
  const env = { PATH: process.env['PATH'], HOME: home, UNDERPIN_CONFIG: path.join(home, 'operator.yml') }
  return new Promise((resolve) => {
    execFile(process.execPath, [serveScript, 'scan', dir, ...flags], { env, maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

const write = (name: string, text: string | Uint8Array) => {
  mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
  writeFileSync(path.join(dir, name), text)
}
const read = (name: string) => readFileSync(path.join(dir, name), 'utf8')

describe('scan', () => {
  it('knows a digest without a tag by the tag that shows it, and says so; one that no tag shows is left alone', async () => {
    registry.pushImage('alone/base', '1.1', { label: 'older' })
    const { digest } = registry.pushImage('alone/base', '1.2', { label: 'carried' })
    const { digest: gone } = registry.pushImage('alone/base', '1.3', { label: 'first' })
    registry.pushImage('alone/base', '1.3', { label: 'second' })
    write('Dockerfile', `FROM ${registry.host}/alone/base@${digest} AS build\nFROM ${registry.host}/alone/base@${gone}\n`)
    const { code, out } = await scan('--json')

    expect(code).toBe(0)
    const [known, unknown] = JSON.parse(out).uses
    expect(known.decision).toMatchObject({ kind: 'current', to: null })
    expect(known.decision.reasons[0].text).toContain('1.2')
    expect(unknown.decision).toMatchObject({ kind: 'skip', reasons: [{ rule: 'no-tag' }] })
  })

  it('says what is stale and why, and exits with 0', async () => {
    const { digest: first } = registry.pushImage('stale/base', '1', { label: 'first' })
    const { digest: second } = registry.pushImage('stale/base', '1', { label: 'second' })
    write('app/Dockerfile', `FROM ${registry.host}/stale/base:1@${first}\n`)
    const { code, out } = await scan('--json')

    expect(code).toBe(0)
    const report = JSON.parse(out)
    expect(report).toMatchObject({ builds: [], upstreamRequests: 3 })
    expect(Date.parse(report.asOf)).not.toBeNaN()
    expect(report.uses).toMatchObject([
      {
        file: 'app/Dockerfile',
        line: 1,
        role: 'final',
        current: { digest: first },
        upstream: { digest: second, firstSeen: null },
        decision: { kind: 'update', to: `${registry.host}/stale/base:1@${second}`, until: null },
        fault: null,
      },
    ])
    expect(report.uses[0].decision.reasons[0]).toMatchObject({ rule: 'moved', verdict: 'update', values: { file: first, upstream: second } })
  })

  it('tells people the same, by file and line', async () => {
    const { digest } = registry.pushImage('plain/base', '1', { label: 'first' })
    registry.pushImage('plain/base', '1', { label: 'second' })
    write('Dockerfile', `# a comment\nFROM ${registry.host}/plain/base:1@${digest}\n`)
    const { out, err } = await scan()

    expect(out).toMatch(/^Dockerfile\n {5}2 {2}\S+plain\/base:1@/)
    expect(out).toContain('1 image use: 1 update')
    expect(err).toContain('1 tag to look up')
  })

  it('--write moves the pins and keeps every other byte and the mode; a second run changes nothing', async () => {
    const { digest: first } = registry.pushImage('write/base', '1', { label: 'first' })
    const { digest: second } = registry.pushImage('write/base', '1', { label: 'second' })
    const content = (digest: string) => `\uFEFF# syntax stays\r\nARG PIN=${digest}\r\nFROM ${registry.host}/write/base:1@\${PIN} AS build\r\nRUN echo é`
    write('Dockerfile', content(first))
    chmodSync(path.join(dir, 'Dockerfile'), 0o755)
    await scan('--write')
    expect(read('Dockerfile')).toBe(content(second))
    expect(statSync(path.join(dir, 'Dockerfile')).mode & 0o777).toBe(0o755)

    const again = await scan('--write')
    expect(again.err).toContain('nothing to write')
    expect(read('Dockerfile')).toBe(content(second))
  })

  it('--policy moves to the newest tag of the line that it allows, with the digest where there is one, and asks for the list once', async () => {
    const { digest: first } = registry.pushImage('newer/base', '1.2.0', { label: 'first' })
    const { digest: second } = registry.pushImage('newer/base', '1.4.0', { label: 'second' })
    registry.pushImage('newer/base', '2.0.0', { label: 'third' })
    registry.pushImage('newer/base', '1.4.0-slim', { label: 'fourth' })
    const image = `${registry.host}/newer/base`
    write('Dockerfile', `FROM ${image}:1.2.0@${first} AS build\nFROM ${image}:1.2.0\n`)
    await scan('--write')
    expect(read('Dockerfile')).toBe(`FROM ${image}:1.2.0@${first} AS build\nFROM ${image}:1.2.0\n`)
    const before = registry.requests.length
    const { out } = await scan('--write', '--policy', 'minor')

    expect(read('Dockerfile')).toBe(`FROM ${image}:1.4.0@${second} AS build\nFROM ${image}:1.4.0\n`)
    expect(out).toContain('2.0.0 is beyond it')
    expect(registry.requests.slice(before).filter(({ path }) => path.includes('/tags/list'))).toHaveLength(1)
  })

  it('a tag that is gone is held with what could take its place, where the pinned digest is still served', async () => {
    const { digest } = registry.pushImage('vanished/base', '1.2.0', { label: 'first' })
    registry.pushImage('vanished/base', '1.2.1', { label: 'second' })
    registry.untag('vanished/base', '1.2.0')
    write('Dockerfile', `FROM ${registry.host}/vanished/base:1.2.0@${digest}\n`)
    const { out } = await scan()

    expect(out).toContain('(vanished-tag)')
    expect(out).toContain('`follow: patch` for it in the policy file it would move to')
  })

  it('--pin gives floating tags a digest', async () => {
    const { digest } = registry.pushImage('pin/base', '1', { label: 'first' })
    write('Dockerfile', `FROM ${registry.host}/pin/base:1\n`)
    await scan('--write')
    expect(read('Dockerfile')).toBe(`FROM ${registry.host}/pin/base:1\n`)
    await scan('--write', '--pin')
    expect(read('Dockerfile')).toBe(`FROM ${registry.host}/pin/base:1@${digest}\n`)
  })

  it('--fail-on exits with 1 when such a decision was made', async () => {
    const { digest } = registry.pushImage('fail/base', '1', { label: 'first' })
    registry.pushImage('fail/base', '1', { label: 'second' })
    write('Dockerfile', `FROM ${registry.host}/fail/base:1@${digest}\n`)

    expect((await scan('--fail-on', 'update')).code).toBe(1)
    expect((await scan('--fail-on', 'hold')).code).toBe(0)
  })

  it('asks once for an image that many files share, and fetches nothing for what is current', async () => {
    const { digest } = registry.pushImage('once/base', '1', { label: 'first' })
    for (let index = 0; index < 20; index++) write(`${index}/Dockerfile`, `FROM ${registry.host}/once/base:1@${digest}\n`)
    const before = registry.requests.length
    await scan()

    expect(registry.requests.slice(before).map(({ method }) => method)).toEqual(['HEAD'])
  })

  it('asks nobody about what the policy leaves alone', async () => {
    const { digest } = registry.pushImage('left/base', '1', { label: 'first' })
    write('.github/underpin.yml', `ignore: { images: ["${registry.host}/left/*"] }\n`)
    write('Dockerfile', `FROM ${registry.host}/left/base:1@${digest}\n`)
    const before = registry.requests.length
    expect((await scan()).out).toContain('1 skip')
    expect(registry.requests.length).toBe(before)
  })

  it('uses the login of the Docker configuration, and only where it belongs', async () => {
    const { digest } = locked.pushImage('private/base', '1', { label: 'first' })
    write('Dockerfile', `FROM ${locked.host}/private/base:1@${digest}\n`)
    expect((await scan('--json')).code).toBe(3)

    mkdirSync(path.join(home, '.docker'))
    const auth = Buffer.from('ann:a password').toString('base64')
    writeFileSync(path.join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [locked.host]: { auth } } }))
    const before = registry.requests.length
    expect(JSON.parse((await scan('--json')).out).uses[0].decision.kind).toBe('current')
    expect(registry.requests.slice(before)).toEqual([])
    rmSync(path.join(home, '.docker'), { recursive: true })
  })
})

describe('bad input', () => {
  it('that cannot be read exits with 2, names the file, and the rest is still printed', async () => {
    const { digest } = registry.pushImage('rest/base', '1', { label: 'first' })
    write('good/Dockerfile', `FROM ${registry.host}/rest/base:1@${digest}\n`)
    write('bytes/Dockerfile', Buffer.from('FROM scratch-like\n# caf\xe9\n', 'latin1'))
    write('huge/Dockerfile', `FROM a\n${'# filler\n'.repeat(1_200_000)}`)
    const { code, out } = await scan('--json')

    expect(code).toBe(2)
    const uses: readonly { file: string; decision: { kind: string; reasons: { text: string }[] }; skip: { code: string } | null }[] = JSON.parse(out).uses
    expect(uses.find(({ file }) => file === 'good/Dockerfile')?.decision.kind).toBe('current')
    expect(uses.find(({ file }) => file === 'bytes/Dockerfile')?.skip?.code).toBe('not-utf8')
    expect(uses.find(({ file }) => file === 'huge/Dockerfile')?.skip?.code).toBe('too-large')
  })

  it('in the policy file is told by file and line, and the defaults stand', async () => {
    write('.github/underpin.yml', 'enabled: true\nlabelz: [a]\n')
    const { code, err } = await scan()

    expect(code).toBe(2)
    expect(err).toContain('.github/underpin.yml:2')
    expect(err).toContain('labels')
  })

  it('in the policy file keeps --write from writing what it might have forbidden', async () => {
    const { digest } = registry.pushImage('broken/base', '1', { label: 'first' })
    registry.pushImage('broken/base', '1', { label: 'second' })
    write('.github/underpin.yml', 'enabled: false\nlabelz: [a]\n')
    write('Dockerfile', `FROM ${registry.host}/broken/base:1@${digest}\n`)
    const { code, err } = await scan('--write')

    expect(code).toBe(2)
    expect(err).toContain('nothing is written')
    expect(read('Dockerfile')).toContain(digest)
  })

  it('names a folder that is not there', async () => {
    rmSync(dir, { recursive: true })
    const { code, err } = await scan()

    expect(code).toBe(2)
    expect(err).toContain(dir)
  })

  const cases: readonly [name: string, prepare: () => string, words: RegExp][] = [
    ['a tag that is not there', () => registry.pushImage('tags/base', '1').digest && `${registry.host}/tags/base:2`, /tag is not in the registry/],
    ['a registry that wants a login', () => `${locked.host}/secret/base:1`, /unauthorized.*credential/s],
    ['a registry that is nowhere', () => '127.0.0.2:1/nowhere/base:1', /127\.0\.0\.2:1/],
    ['a host name that means nothing', () => 'registry.invalid/base:1', /registry\.invalid/],
  ]
  for (const [name, prepare, words] of cases) {
    it(`${name} exits with 3 and says so at its line`, async () => {
      write('Dockerfile', `# one\nFROM ${prepare()}\n`)
      const { code, out } = await scan()

      expect(code).toBe(3)
      expect(out).toMatch(/^ {5}2 {2}/m)
      expect(out).toMatch(words)
    })
  }

  it('a pinned digest that is gone is moved, and the reason says that it is gone', async () => {
    registry.pushImage('gone/base', '1', { label: 'first' })
    write('Dockerfile', `FROM ${registry.host}/gone/base:1@sha256:${'0'.repeat(64)}\n`)
    const { out } = await scan()

    expect(out).toContain('cannot be pulled any more')
  })

  it('a manifest that does not hash to its digest is not believed', async () => {
    const { digest: first } = registry.pushImage('lie/base', '1', { label: 'first' })
    const { digest } = registry.pushImage('lie/base', '1', { label: 'second' })
    const end = registry.script({ path: `lie/base/manifests/${digest}` }, { kind: 'body', body: '{"schemaVersion":2}' })
    write('Dockerfile', `FROM ${registry.host}/lie/base:1@${first}\n`)
    const { code, out } = await scan('--write')
    end()

    expect(code).toBe(3)
    expect(out).toContain('hold')
    expect(read('Dockerfile')).toContain(first)
  })

  it('wrong usage exits with 2', async () => {
    expect((await scan('--nonsense')).code).toBe(2)
  })
})
