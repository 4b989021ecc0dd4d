/** What one registry, tag or pin can do to the others: nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())

const absent = (fill: string) => `sha256:${fill.repeat(64)}`

async function reasons(org: Organisation, name: string): Promise<readonly string[]> {
  const repo = await bed.house.stores.repos.find(org.name, name)
  const decisions = repo === null ? [] : await bed.house.stores.decisions.ofRepo(repo.id)
  return decisions.filter(({ subject }) => subject.kind === 'image-use').map(({ decision }) => `${decision.kind} ${decision.reasons[0]?.rule}`)
}

describe('a pin that cannot be read', () => {
  it('holds the repo that wrote it and nobody else on the tag', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const odd = bed.registry.pushManifest(`${org.name}/base`, JSON.stringify({ schemaVersion: 1 }), 'application/vnd.docker.distribution.manifest.v1+json')
    const good = org.repo('good', { Dockerfile: `FROM ${org.image}:1@${first}\n` })
    org.repo('odd', { Dockerfile: `FROM ${org.image}:1@${odd}\n` })
    await bed.idle()
    org.move('second')
    await bed.pass(hour)

    expect(org.pulls(good)).toHaveLength(1)
    expect(await reasons(org, 'odd')).toEqual(['hold pin-kind'])
  })

  it('that is gone is moved, and many of them do not keep the tag from others', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const stages = Array.from({ length: 60 }, (_, index) => `FROM ${org.image}:1@sha256:${index.toString(16).padStart(64, '0')} AS s${index}`)
    org.repo('many', { Dockerfile: `${stages.join('\n')}\n` })
    const good = org.repo('good', { Dockerfile: `FROM ${org.image}:1@${first}\n` })
    await bed.idle()
    const before = bed.registry.requests.length
    org.move('second')
    await bed.pass(hour)

    expect(org.pulls(good)).toHaveLength(1)
    expect(bed.registry.requests.length - before).toBeLessThan(50)
  })
})

describe('a tag that was not there', () => {
  it('is asked for again when it is used again', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${absent('1')}\n` })
    await bed.idle()
    expect(await reasons(org, 'web')).toEqual(['hold upstream-fault'])
    bed.github.push(web, { files: { Dockerfile: 'FROM scratch\n' } })
    await bed.pass(hour)
    await bed.pass(hour)
    const first = org.move('first')
    bed.github.push(web, { files: { Dockerfile: `FROM ${org.image}:1@${first}\n` } })
    await bed.idle()
    await bed.pass(hour)

    expect(await reasons(org, 'web')).toEqual(['current up-to-date'])
  })

  it('is found once it is pushed', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${absent('1')}\n` })
    await bed.idle()
    org.move('first')
    for (let asked = 0; asked < 3; asked++) await bed.pass(hour)

    expect(org.pulls(web)).toHaveLength(1)
  })
})

describe('a registry that asks us to wait', () => {
  it('for thirty years is asked again within hours', async () => {
    const org = bed.organisation()
    const first = org.move('first')
    const web = org.repo('web', { Dockerfile: `FROM ${org.image}:1@${first}\n` })
    await bed.idle()
    org.move('second')
    const end = bed.registry.script({ path: `${org.name}/base` }, { kind: 'status', status: 429, headers: { 'retry-after': '999999999' } })
    await bed.pass(hour)
    end()
    for (let waited = 0; waited < 7; waited++) await bed.pass(hour)

    expect(org.pulls(web)).toHaveLength(1)
  })
})
