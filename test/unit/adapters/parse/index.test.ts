/** The port `UntrustedParse` on the compiled child script. */
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createParse } from '../../../../src/adapters/parse/index.ts'
import { alone } from '../../../../src/domain/repo/file-reading.ts'
import { formatNamed } from '../../../../src/formats/index.ts'
import { fileUses } from '../../../support/file-uses.ts'
import { madeUpPackages, packageBlob, words } from '../../../support/rpm/header.ts'
import { writeNdb } from '../../../support/rpm/ndb.ts'

const parse = createParse({ script: path.resolve(import.meta.dirname, '../../../../dist/app/parse-child.js') })
afterAll(() => parse.close())

describe('untrusted parsing in children', () => {
  it('gives the image uses that the format gives', async () => {
    const bytes = Buffer.from('ARG V=3.20\nFROM alpine:$V\n')
    expect((await parse.read('dockerfile', { path: 'a/Dockerfile', bytes }, alone)).uses).toEqual(fileUses('a/Dockerfile', bytes))
  })

  it('reads many files at once, each with its own answer', async () => {
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) => parse.read('dockerfile', { path: `d${i}/Dockerfile`, bytes: Buffer.from(`FROM a:${i}\n`) }, alone)),
    )
    expect(all.map(({ uses: [use] }) => use?.reference?.tag)).toEqual(Array.from({ length: 200 }, (_, i) => String(i)))
  })

  it('reads policy files', async () => {
    expect((await parse.policy(Buffer.from('{}'))).kind).toBe('policy')
  })

  it('reads rpm databases, and says what is damaged in them', async () => {
    const packages = madeUpPackages(3)
    const main = writeNdb(packages.map((header) => packageBlob(header)))

    expect(await parse.rpmDatabase({ kind: 'ndb', main })).toEqual({ packages, unseen: [] })
    expect(await parse.rpmDatabase({ kind: 'bdb', main })).toEqual({ packages: [], unseen: ['Packages: it is no Berkeley DB hash'] })
  })

  it('a database that is more than a child can hold costs that child, and nothing else', async () => {
    // Eight texts of 500 letters in one place: what comes out is six times what goes in.
    const entries = [1000, 1001, 1002, 1011, 1022, 1044, 5096].flatMap((tag) => [tag, 6, 0, 1])
    const blob = Buffer.concat([words(7, 501, ...entries), Buffer.alloc(501, 'x').fill(0, 500)])
    const main = writeNdb(Array.from({ length: 99_000 }, () => blob))

    await expect(parse.rpmDatabase({ kind: 'ndb', main })).rejects.toMatchObject({ kind: 'invalid', message: expect.stringMatching(/died|no answer/) })
    const packages = madeUpPackages(1)
    expect(await parse.rpmDatabase({ kind: 'ndb', main: writeNdb(packages.map((header) => packageBlob(header))) })).toEqual({ packages, unseen: [] })
  })

  it('refuses a database of more than 128 MiB before it is sent anywhere', async () => {
    const main = Buffer.alloc(128 * 1024 * 1024)

    await expect(parse.rpmDatabase({ kind: 'sqlite', main, wal: Buffer.alloc(1) })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('134217729 bytes'),
    })
  })

  it('gives the same readings of YAML as in this process, with what stands beside', async () => {
    const file = { path: 'a/compose.yml', bytes: Buffer.from('services: {a: {image: "a:${T}", build: .}}\n') }
    const surroundings = { companions: [{ path: 'a/.env', bytes: Buffer.from('T=1\n') }], builds: [] }
    const reading = await parse.read('compose', file, surroundings)
    expect(reading).toEqual(formatNamed('compose').read(file, surroundings))
    expect(reading).toMatchObject({ uses: [{ reference: { tag: '1' } }], builds: [{ dockerfile: 'a/Dockerfile' }] })
  })

  it('what kills or refuses one file of YAML leaves the next one as it is', async () => {
    // An alias bomb, then documents that are too deep, one after the other, abort Node where the parser is left to itself.
    const aliases = [...'bcdefghij'].map((name, i) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghij'[i]}`).join(', ')}]`)
    const hostile = [
      ['a: &a [image]', ...aliases].join('\n'),
      `image: ${'['.repeat(5_000)}`,
      `image: ${'['.repeat(50_000)}`,
      `image: ${'{a: '.repeat(50_000)}`,
      `${'- '.repeat(50_000)}image`,
      `image: &a\n${'- !t &b *a\r\n'.repeat(80_000)}`,
      `image: "${' '.repeat(500_000)}\\x${' \n'.repeat(150_000)}"`,
      `image: a\r\n${'? {[a]: &x b}\n: - - *x\n'.repeat(40_000)}`,
    ]
    for (const text of hostile) {
      const answer = parse.read('compose', { path: 'compose.yml', bytes: Buffer.from(text) }, alone)
      const [settled] = await Promise.allSettled([answer])
      if (settled?.status === 'rejected') expect(settled.reason).toMatchObject({ kind: 'invalid', message: expect.stringMatching(/died|no answer/) })
      else expect((await answer).uses.every(({ skip }) => skip !== null)).toBe(true)
      const next = await parse.read('compose', { path: 'compose.yml', bytes: Buffer.from('services: {a: {image: a:1}}') }, alone)
      expect(next.uses.map(({ text: found }) => found)).toEqual(['a:1'])
    }
  })

  it('raises a fault for a format that does not exist', async () => {
    await expect(parse.read('nope', { path: 'x', bytes: new Uint8Array() }, alone)).rejects.toMatchObject({ kind: 'invalid' })
  })
})
