/** Large JSON is split as JSON.parse would read it, whatever the pieces, and what is no JSON is refused where it begins. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonMember, jsonMembers } from '../../../../src/adapters/feeds/json-members.ts'

async function* pieces(text: string, size: number): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text)
  // One buffer for all pieces, as a source may do it.
  const shared = new Uint8Array(Math.max(1, size))
  for (let at = 0; at < bytes.length; at += shared.length) {
    const piece = bytes.subarray(at, at + shared.length)
    shared.set(piece)
    yield shared.subarray(0, piece.length)
  }
}

async function split(text: string, opened: (path: readonly (string | number)[]) => boolean = () => false, size = 7): Promise<JsonMember[]> {
  const members: JsonMember[] = []
  for await (const member of jsonMembers(pieces(text, size), 'x.json', opened, { maxMemberBytes: 100_000, maxDepth: 20 })) members.push(member)
  return members
}

describe('members', () => {
  it('of any object or list come as JSON.parse has them, in their order', async () => {
    const values = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.array(fc.jsonValue({ maxDepth: 4 })))
    await fc.assert(
      fc.asyncProperty(values, fc.integer({ min: 1, max: 40 }), fc.constantFrom(undefined, 1, '\t'), async (value, size, indent) => {
        const read = JSON.parse(JSON.stringify(value)) as object
        const members = await split(JSON.stringify(read, null, indent), undefined, size)

        const keys = Array.isArray(read) ? read.map((_, at) => at) : Object.keys(read)
        expect(members.map(({ path }) => path[0]).map(String)).toEqual(expect.arrayContaining(keys.map(String)))
        expect(members.map(({ path, value: one }) => [path, one])).toEqual(
          Array.isArray(read)
            ? read.map((one: unknown, at) => [[at], one])
            : members.map(({ path }) => [path, (read as Record<string, unknown>)[String(path[0])]]),
        )
        expect(members).toHaveLength(keys.length)
      }),
      { numRuns: 200 },
    )
  })

  it('of opened containers come one by one, with the way to them', async () => {
    const members = await split('{"a":{"b":[1,{"c":2}],"d":{}},"e":[[]], "f" : "g\\"]}"}', (path) => path.length < 2)

    expect(members).toEqual([
      { path: ['a', 'b'], value: [1, { c: 2 }] },
      { path: ['a', 'd'], value: {} },
      { path: ['e', 0], value: [] },
      { path: ['f'], value: 'g"]}' },
    ])
  })

  it('with a key that comes twice come twice, and __proto__ is a key', async () => {
    const members = await split('{"__proto__":{"__proto__":1},"a":1,"a":2}')

    expect(members.map(({ path }) => path)).toEqual([['__proto__'], ['a'], ['a']])
    expect(JSON.stringify(members[0]?.value)).toBe('{"__proto__":1}')
  })
})

describe('what is no JSON', () => {
  it.each([
    ['', 'is cut off (byte 0)'],
    ['   ', 'is cut off (byte 3)'],
    ['<html>', '"<" stands where something else must (byte 0)'],
    ['"text"', 'stands where something else must (byte 0)'],
    ['{"a":1', 'is cut off (byte 6)'],
    ['{"a":1}}', 'stands where something else must (byte 7)'],
    ['{"a":1} x', 'stands where something else must (byte 8)'],
    ['{"a" 1}', 'stands where something else must (byte 5)'],
    ['{"a":1,}', 'stands where something else must (byte 7)'],
    ['[1,]', 'stands where something else must (byte 3)'],
    ['[,1]', 'stands where something else must (byte 1)'],
    ['{a:1}', 'stands where something else must (byte 1)'],
    ['[1 2]', 'stands where something else must (byte 3)'],
    ['{"a":nope}', 'is not JSON in what begins at byte 5'],
    ['{"a":[1}]', 'is not JSON in what begins at byte 5'],
    ['{"a":{"b":1]}', 'is not JSON in what begins at byte 5'],
    ['{"a":"\u0001"}', 'is not JSON in what begins at byte 5'],
  ])('%s: %s', async (text, message) => {
    await expect(split(text)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining(message) })
  })

  it('is refused wherever a document is cut off', async () => {
    const whole = '{"a":{"b":[1,{"c":"d\\\\"}]},"e":[true,null,-1.5e3]}'
    for (let size = 0; size < whole.length; size += 1) {
      await expect(split(whole.slice(0, size), (path) => path[0] === 'e')).rejects.toMatchObject({ kind: 'invalid' })
    }
  })

  it('is what is deeper or larger than allowed, before it is read', async () => {
    await expect(split(`{"a":${'['.repeat(30)}`)).rejects.toMatchObject({ message: expect.stringContaining('goes deeper than 20 levels') })
    await expect(split('['.repeat(30), () => true)).rejects.toMatchObject({ message: expect.stringContaining('goes deeper than 20 levels') })
    await expect(split(`{"a":"${'x'.repeat(100_001)}`)).rejects.toMatchObject({ message: expect.stringContaining('a member of more than 100000 bytes') })
  })
})
