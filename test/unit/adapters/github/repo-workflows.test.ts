/** Dispatches, and finding the runs they started. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Rebuild } from '../../../../src/domain/rebuild.ts'
import type { Repo } from '../../../../src/domain/repo/repo.ts'
import { faultOf, kindOf, type Stage, startStage } from './kit.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
afterEach(async () => {
  await stage.close()
})

const workflows = () => stage.github.repoWorkflows
const onDispatch = 'on:\n  workflow_dispatch:\n    inputs:\n      no-cache: { type: string }\njobs: {}\n'
const onEvent = 'on:\n  repository_dispatch:\n    types: [underpin-rebuild]\njobs: {}\n'
const repoWith = (more = {}) => stage.repo('web', { files: { '.github/workflows/build.yml': onDispatch, '.github/workflows/event.yml': onEvent }, ...more })
const rebuild = (repo: Repo, more: Partial<Rebuild> = {}): Rebuild => ({
  id: '3b241101-e2bb-4255-8caf-4136c566a962',
  repoId: repo.id,
  installationId: stage.installationId,
  cause: 'weekly 2026-W47',
  workflow: 'build.yml',
  ref: 'main',
  inputs: { 'no-cache': 'true' },
  state: 'asked',
  tries: 0,
  sentAt: stage.clock.now,
  runId: null,
  runUrl: null,
  conclusion: null,
  askedAt: stage.clock.now,
  ...more,
})

describe('dispatch', () => {
  it('gives the run that GitHub names, which can be followed to its end', async () => {
    const repo = repoWith()
    const run = await workflows().dispatch(repo, rebuild(repo, { workflow: '.github/workflows/build.yml' }))
    expect(stage.standIn.runs('acme/web')).toMatchObject([{ id: run?.id, event: 'workflow_dispatch', branch: 'main', inputs: { 'no-cache': 'true' } }])
    stage.standIn.completeRun(run!.id, 'success')
    expect(await workflows().run(repo, run!.id)).toMatchObject({ id: run!.id, status: 'completed', conclusion: 'success' })
    expect(stage.budget.spent).toBe(1)
    stage.standIn.assertNoViolations()
  })
  it('without a workflow is an event with a small payload, whose run is looked up', async () => {
    const repo = repoWith()
    const asked = rebuild(repo, { workflow: null, cause: 'x'.repeat(5_000) })
    expect(await workflows().dispatch(repo, asked)).toBeNull()
    const [run] = stage.standIn.runs('acme/web')
    expect(run?.inputs).toEqual({ id: asked.id, cause: 'x'.repeat(500), noCache: true, pull: true })
    expect((await workflows().candidates(repo, asked)).map(({ id }) => id)).toEqual([run?.id])
    stage.standIn.assertNoViolations()
  })
  it('whose answer is lost is sent once and found by its candidates', async () => {
    const repo = repoWith()
    stage.standIn.fail({ match: ({ operation }) => operation === 'actions/create-workflow-dispatch', when: 'after-apply', action: { status: 502 } })
    expect(await kindOf(workflows().dispatch(repo, rebuild(repo)))).toBe('transient')
    expect(stage.standIn.runs('acme/web')).toHaveLength(1)
    expect(await workflows().candidates(repo, rebuild(repo))).toHaveLength(1)
    expect(await workflows().candidates(repo, rebuild(repo, { sentAt: new Date(stage.clock.now.getTime() + 120_000) }))).toEqual([])
    expect(await workflows().candidates(repo, rebuild(repo, { ref: 'other' }))).toEqual([])
  })
  it.each([
    ['a workflow that is not there', { workflow: 'nope.yml' }, 'missing'],
    ['an input it does not take', { inputs: { other: '1' } }, 'invalid'],
    ['a name of an input that is none', { inputs: { 'a b': '1' } }, 'invalid'],
    ['a path outside the workflows', { workflow: '../x.yml' }, 'invalid'],
    ['a workflow without the trigger', { workflow: 'event.yml', inputs: {} }, 'invalid'],
    ['a ref that is not there', { ref: 'nope' }, 'missing'],
  ])('to %s is told', async (_name, more, kind) => {
    const repo = repoWith()
    expect(await kindOf(workflows().dispatch(repo, rebuild(repo, more)))).toBe(kind)
    expect(stage.standIn.runs('acme/web')).toEqual([])
  })
  it('to a disabled workflow is a conflict that says what to do', async () => {
    const repo = repoWith({ disabledWorkflows: ['.github/workflows/build.yml'] })
    const fault = await faultOf(workflows().dispatch(repo, rebuild(repo)))
    expect(fault?.kind).toBe('conflict')
    expect(fault?.message).toContain('enable it')
  })
})
