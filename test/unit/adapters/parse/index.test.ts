/** The port `UntrustedParse` on the compiled child script. */
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createParse } from '../../../../src/adapters/parse/index.ts'
import { dockerfile } from '../../../../src/formats/dockerfile/index.ts'

const parse = createParse({ script: path.resolve(import.meta.dirname, '../../../../dist/app/parse-child.js') })
afterAll(() => parse.close())

describe('untrusted parsing in children', () => {
  it('gives the image uses that the format gives', async () => {
    const bytes = Buffer.from('ARG V=3.20\nFROM alpine:$V\n')
    expect(await parse.imageUses('dockerfile', 'a/Dockerfile', bytes)).toEqual(dockerfile.imageUses('a/Dockerfile', bytes))
  })

  it('reads many files at once, each with its own answer', async () => {
    const all = await Promise.all(Array.from({ length: 200 }, (_, i) => parse.imageUses('dockerfile', `d${i}/Dockerfile`, Buffer.from(`FROM a:${i}\n`))))
    expect(all.map(([use]) => use?.reference?.tag)).toEqual(Array.from({ length: 200 }, (_, i) => String(i)))
  })

  it('reads policy files', async () => {
    expect((await parse.policy(Buffer.from('{}'))).kind).toBe('policy')
  })

  it('raises a fault for a format that does not exist', async () => {
    await expect(parse.imageUses('nope', 'x', new Uint8Array())).rejects.toMatchObject({ kind: 'invalid' })
  })
})
