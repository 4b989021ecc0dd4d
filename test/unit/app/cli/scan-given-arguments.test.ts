/** `underpin scan` on a repo whose files give a Dockerfile its arguments: what moves, and where it is written. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type StandInRegistry, startRegistry } from '../../../stand-ins/registry/index.ts'
import { serveScript } from '../../../support/serve-process.ts'

let registry: StandInRegistry
let home: string
let dir: string
let folders = 0

beforeAll(async () => {
  registry = await startRegistry()
  home = mkdtempSync(path.join(os.tmpdir(), 'underpin-given-'))
  writeFileSync(path.join(home, 'operator.yml'), `registries: [{ host: "${registry.host}", insecure: true, allowPrivate: true }]\n`)
})
afterAll(async () => {
  await registry.close()
  rmSync(home, { recursive: true, force: true })
})
beforeEach(() => {
  folders += 1
  dir = path.join(home, `folder${folders}`)
})

function scan(...flags: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: home, UNDERPIN_CONFIG: path.join(home, 'operator.yml') }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [serveScript, 'scan', dir, ...flags], { env, maxBuffer: 1 << 26 }, (error, out, err) =>
      error === null ? resolve(out) : reject(new Error(err)),
    )
  })
}

const write = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    writeFileSync(path.join(dir, name), text)
  }
}
const read = (name: string) => readFileSync(path.join(dir, name), 'utf8')
const workflow = (value: string) =>
  `on: push\njobs:\n  image:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/build-push-action@v6\n        with:\n          context: .\n          build-args: |\n            BASE=${value}\n`

describe('scan --write', () => {
  it('writes the digest where the value stands that wins, and leaves the default alone', async () => {
    const { digest: first } = registry.pushImage('given/base', '1', { label: 'first' })
    const { digest: second } = registry.pushImage('given/base', '1', { label: 'second' })
    const name = `${registry.host}/given/base:1`
    const dockerfile = `ARG BASE=${name}@${first}\nFROM \${BASE}\n`
    write({ Dockerfile: dockerfile, '.github/workflows/image.yml': workflow(`${name}@${first}`) })
    await scan('--write')

    expect(read('.github/workflows/image.yml')).toBe(workflow(`${name}@${second}`))
    expect(read('Dockerfile')).toBe(dockerfile)
  })

  it('writes nothing for a value that is known only when it runs, and names who gives it', async () => {
    const { digest: first } = registry.pushImage('open/base', '1', { label: 'first' })
    registry.pushImage('open/base', '1', { label: 'second' })
    const dockerfile = `ARG BASE=${registry.host}/open/base:1@${first}\nFROM \${BASE}\n`
    write({ Dockerfile: dockerfile, '.github/workflows/image.yml': workflow('${{ vars.BASE }}') })
    const { uses } = JSON.parse(await scan('--json', '--write'))

    expect(uses).toMatchObject([{ decision: { kind: 'skip', reasons: [{ rule: 'skipped-use', values: { code: 'argument-given-elsewhere' } }] } }])
    expect(uses[0].decision.reasons[0].text).toContain('.github/workflows/image.yml:11 gives BASE')
    expect(read('Dockerfile')).toBe(dockerfile)
  })

  it('holds a digest that two files share for images of which only one moved', async () => {
    const { digest } = registry.pushImage('one/base', '1', { label: 'same' })
    registry.pushImage('two/base', '1', { label: 'same' })
    registry.pushImage('one/base', '1', { label: 'newer' })
    const files = {
      Dockerfile: `ARG OWNER=one\nFROM ${registry.host}/\${OWNER}/base:1@${digest}\n`,
      'compose.yml': 'services:\n  one:\n    build: .\n  two:\n    build: {context: ., args: {OWNER: two}}\n',
    }
    write(files)
    const { uses } = JSON.parse(await scan('--json', '--write'))

    const said = uses.map((use: { decision: { kind: string; reasons: { rule: string }[] } }) => `${use.decision.kind} ${use.decision.reasons[0]?.rule}`)
    expect(said.sort()).toEqual(['current up-to-date', 'hold shared-argument'])
    expect(read('Dockerfile')).toBe(files.Dockerfile)
  })
})
