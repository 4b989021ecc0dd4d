/** The log holds no secret, wherever it stood. */
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../src/domain/fault.ts'
import { createLog } from '../../../src/app/log.ts'
import { redactor } from '../../../src/app/redactor.ts'

const canaries = {
  known: 'canary-value-8c1f',
  multiline: '-----BEGIN RSA PRIVATE KEY-----\nMIICANARYKEY\nqwerty==\n-----END RSA PRIVATE KEY-----\n',
  installation: `ghs_12345_eyJCANARY.${'a1-_'.repeat(60)}.tailCANARY`,
  classic: `ghp_${'C4nary'.repeat(6)}`,
  fineGrained: `github_pat_${'C4nary_'.repeat(6)}`,
  bearer: 'Bearer CANARYbearerTOKEN.123',
  basic: `Basic ${Buffer.from('user:CANARY').toString('base64')}`,
  url: 'https://user:CANARYpass@registry.example/v2/',
  jwt: 'eyJhbGciOiJSUzI1NiJ9.eyJDQU5BUlkiOjF9.CANARYsig',
}

/** What reaches the log's destination. */
function logged(write: (log: ReturnType<typeof createLog>) => void, secrets: readonly string[] = [canaries.known, canaries.multiline]): string {
  const lines: string[] = []
  write(createLog({ level: 'trace', redactor: redactor(secrets), destination: { write: (line) => lines.push(line) } }))
  return lines.join('')
}

describe('log', () => {
  it.each(Object.entries(canaries))('holds no %s secret, wherever it stands', (_kind, secret) => {
    const text = logged((log) => {
      log.info({ field: secret, nested: { list: [secret] } }, 'constant')
      log.error({ err: new Error(`failed with ${secret}`, { cause: new Error(secret) }) }, 'constant')
      log.error({ err: new AggregateError([new Error(secret)], 'several') }, 'constant')
      log.warn({ err: new Fault('unauthorized', `no: ${secret}`, { host: 'h' }) }, 'constant')
      log.warn(secret)
    })
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).toEqual(Array.from({ length: 5 }, () => 'object'))
    expect(text).not.toMatch(/CANARY|canary-value|C4nary/)
    expect(text).not.toContain(secret)
  })

  it('leaves out what clients hang on their errors', () => {
    const error = Object.assign(new Error('HTTP 401'), {
      status: 401,
      request: { headers: { authorization: 'token abc' }, body: 'payload' },
      response: { data: 'payload' },
    })
    const text = logged((log) => log.error({ err: error }, 'constant'))
    expect(text).not.toContain('payload')
    expect(JSON.parse(text)).toMatchObject({ err: { type: 'Error', message: 'HTTP 401', status: 401 } })
  })

  it('hides a secret that it learned later, and its escaped and encoded forms', () => {
    const redact = redactor([])
    redact.learn('p"ss/w rd')
    const text = `p"ss/w rd ${JSON.stringify('p"ss/w rd')} ${encodeURIComponent('p"ss/w rd')} ${Buffer.from('p"ss/w rd').toString('base64')}`
    expect(redact(text)).toBe('[redacted] "[redacted]" [redacted] [redacted]')
  })

  it('leaves ordinary lines as they are', () => {
    const line = 'https://github.com/acme/app@main basic idea bearer of sha256:abc ghs_short python@3.12'
    expect(redactor(['a', ''])(line)).toBe(line)
  })
})
