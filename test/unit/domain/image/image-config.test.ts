/** Image configurations: read strictly, with what is absent empty and what is wrong refused. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestImageConfig, parseImageConfig } from '../../../../src/domain/image/image-config.ts'

const parse = (value: unknown) => parseImageConfig(Buffer.from(JSON.stringify(value)))
const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' }
const problem = (value: unknown): string => {
  const parsed = parse(value)
  return parsed.kind === 'invalid' ? parsed.problem : 'none'
}

describe('an image configuration', () => {
  it('is read whole', () => {
    const parsed = parse({
      ...platform,
      created: '2026-01-02T03:04:05Z',
      config: {
        User: '1000:1000',
        Entrypoint: ['/entry'],
        Cmd: ['run', ''],
        Env: ['PATH=/bin', 'A='],
        ExposedPorts: { '8080/tcp': {}, '443/tcp': {} },
        Volumes: { '/var': {} },
        WorkingDir: '/srv',
        StopSignal: 'SIGQUIT',
        Labels: { b: '2', a: '1' },
        Shell: ['ignored'],
      },
      rootfs: { type: 'layers', diff_ids: ['sha256:0'] },
      history: [],
    })

    expect(parsed).toEqual({
      kind: 'config',
      config: {
        platform: { os: 'linux', architecture: 'arm64', variant: null, osVersion: null },
        created: '2026-01-02T03:04:05Z',
        user: '1000:1000',
        entrypoint: ['/entry'],
        cmd: ['run', ''],
        env: ['PATH=/bin', 'A='],
        exposedPorts: ['443/tcp', '8080/tcp'],
        volumes: ['/var'],
        workingDir: '/srv',
        stopSignal: 'SIGQUIT',
        labels: { a: '1', b: '2' },
        diffIds: ['sha256:0'],
      },
    })
  })

  it('has what is absent or null empty', () => {
    for (const config of [undefined, null, {}, { User: null, Env: null, ExposedPorts: null, Labels: null, Entrypoint: null }])
      expect(parse({ ...platform, config })).toMatchObject({
        kind: 'config',
        config: { user: '', env: [], exposedPorts: [], entrypoint: [], labels: {}, diffIds: [], created: null },
      })
  })

  it('may have an entry point of one word, as old Docker wrote it', () => {
    expect(parse({ ...platform, config: { Entrypoint: '/entry' } })).toMatchObject({ config: { entrypoint: ['/entry'] } })
  })

  it('keeps labels that prototypes know too', () => {
    const parsed = parseImageConfig(Buffer.from('{"os":"linux","architecture":"amd64","config":{"Labels":{"__proto__":"x","constructor":"y"}}}'))

    expect(parsed.kind === 'config' && Object.entries(parsed.config.labels)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('is refused with the field that is wrong', () => {
    expect(problem([])).toContain('not a JSON object')
    expect(problem({})).toContain('no platform')
    expect(problem({ os: 'linux', architecture: 'a b' })).toContain('no platform')
    expect(problem({ ...platform, config: [] })).toContain('"config"')
    expect(problem({ ...platform, rootfs: 'x' })).toContain('"rootfs"')
    expect(problem({ ...platform, config: { Env: 'A=1' } })).toContain('env')
    expect(problem({ ...platform, config: { Cmd: [1] } })).toContain('cmd')
    expect(problem({ ...platform, config: { User: 0 } })).toContain('user')
    expect(problem({ ...platform, config: { Labels: { a: 1 } } })).toContain('labels')
    expect(problem({ ...platform, config: { ExposedPorts: ['80'] } })).toContain('exposedPorts')
    expect(problem({ ...platform, rootfs: { diff_ids: Array.from({ length: 10_001 }, () => 'x') } })).toContain('diffIds')
    expect(problem({ ...platform, config: { User: 'x'.repeat(70_000) } })).toContain('too long')
    expect(parseImageConfig(Buffer.alloc(longestImageConfig + 1, ' '))).toMatchObject({ kind: 'invalid' })
    expect(parseImageConfig(Buffer.from([0xff, 0xfe]))).toMatchObject({ kind: 'invalid' })
  })

  it('is a value or a problem for any bytes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void expect(['config', 'invalid']).toContain(parse(value).kind)))
    fc.assert(fc.property(fc.jsonValue(), (value) => void expect(['config', 'invalid']).toContain(parse({ ...platform, config: value, rootfs: value }).kind)))
  })
})
