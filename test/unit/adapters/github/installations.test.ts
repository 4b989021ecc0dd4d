/** Installations and their repos, page by page. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kindOf, type Stage, startStage } from './kit.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
afterEach(async () => {
  await stage.close()
})

describe('installations', () => {
  it('are listed with their account and whether they are suspended', async () => {
    const other = stage.standIn.install(stage.app.appId, 'umbrella', 'all')
    stage.standIn.suspend(other)
    expect(await stage.github.installations.list()).toEqual([
      { id: stage.installationId, account: 'acme', suspended: false },
      { id: other, account: 'umbrella', suspended: true },
    ])
    expect(await kindOf(stage.github.installations.repos(other))).toBe('unauthorized')
    stage.standIn.assertNoViolations()
  })
  it('give their repos, 100 a request', async () => {
    for (let index = 0; index < 101; index++) stage.repo(`web-${index}`)
    stage.repo('old', { archived: true, fork: true, private: true, defaultBranch: 'trunk' })
    const repos = await stage.github.installations.repos(stage.installationId)
    expect(repos).toHaveLength(102)
    expect(repos.at(-1)).toMatchObject({
      owner: 'acme',
      name: 'old',
      installationId: stage.installationId,
      defaultBranch: 'trunk',
      isArchived: true,
      isFork: true,
      isPrivate: true,
      mayWriteWorkflows: true,
    })
    // Two pages, and once in twelve hours what the installation allows.
    expect(stage.standIn.countRequests().rest).toBe(3)
    await stage.github.installations.repos(stage.installationId)
    expect(stage.standIn.countRequests().rest).toBe(5)
    stage.standIn.assertNoViolations()
  })
  it('that are gone are missing', async () => {
    stage.standIn.uninstall(stage.installationId)
    expect(await kindOf(stage.github.installations.repos(stage.installationId))).toBe('missing')
  })
})
