/** Which Redis may hold the queue. */
import { describe, expect, it } from 'vitest'
import { refuseOpenRedis } from '../../../../src/adapters/queue/index.ts'
import { quietly } from '../../../../src/adapters/queue/queue-errors.ts'
import { wakeId } from '../../../../src/adapters/queue/wake-id.ts'

describe('a Redis address', () => {
  it.each([
    'redis://127.0.0.1:6379',
    'redis://localhost',
    'redis://[::1]:6379/2',
    'redis://127.8.9.1',
    'rediss://:hunter22@redis.example:6380',
    'rediss://me:hunter22@redis.example',
  ])('is fine: %s', (url) => {
    expect(() => refuseOpenRedis(url, false)).not.toThrow()
  })

  it.each([
    ['redis://redis.example', 'a password and TLS'],
    ['redis://:hunter22@redis.example', 'TLS'],
    ['rediss://redis.example', 'a password'],
    ['redis://10.0.0.5:6379', 'a password and TLS'],
    ['redis://0.0.0.0', 'a password and TLS'],
    ['redis://127.0.0.1.nip.io', 'a password and TLS'],
    ['redis://localhost.example', 'a password and TLS'],
  ])('that lies open is refused unless the operator takes that on: %s lacks %s', (url, lacks) => {
    expect(() => refuseOpenRedis(url, false)).toThrow(`without ${lacks}`)
    expect(() => refuseOpenRedis(url, false)).not.toThrow('hunter22')
    expect(() => refuseOpenRedis(url, true)).not.toThrow()
  })

  it.each(['http://127.0.0.1', 'hunter22', ''])('that is none is refused in any case: %j', (url) => {
    expect(() => refuseOpenRedis(url, true)).toThrow('not a redis://')
  })
})

describe('names of wake-ups', () => {
  it('differ by kind and group, and hold nothing that BullMQ or PostgreSQL refuse', () => {
    const ids = [
      wakeId({ kind: 'inbox', group: '12' }),
      wakeId({ kind: 'decide', group: '12' }),
      wakeId({ kind: 'inbox', group: 'a:b\u0000\ud800' }),
      wakeId({ kind: 'inbox', group: '1:2' }),
    ]
    expect(new Set(ids).size).toBe(4)
    for (const id of ids) expect(id).toMatch(/^[a-z]+-[0-9a-f]{32}$/)
  })
})

describe('errors of the queue', () => {
  it('are reported once in a while, however often they repeat', () => {
    let time = 0
    const seen: string[] = []
    const report = quietly(
      (error) => seen.push(String(error)),
      5_000,
      () => time,
    )
    for (time = 0; time < 10_000; time += 10) report(new Error('gone'), { kind: 'inbox', group: null })
    report(new Error('other'), { kind: 'inbox', group: null })
    expect(seen).toEqual(['Error: gone', 'Error: gone', 'Error: other'])
  })
})
