/** One issue per topic, edited rather than multiplied. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kindOf, type Stage, startStage } from './kit.ts'

let stage: Stage
beforeEach(async () => {
  stage = await startStage()
})
afterEach(async () => {
  await stage.close()
})

const issues = () => stage.github.repoIssues

describe('issues', () => {
  it('of a topic are opened once, edited when the words change, and not touched when they do not', async () => {
    const repo = stage.repo('web')
    const number = await issues().say(repo, 'policy', { title: 'Broken', body: 'line 3' })
    expect(await issues().say(repo, 'policy', { title: 'Broken', body: 'line 4' })).toBe(number)
    const writes = stage.standIn.countRequests().contentWrites
    expect(await issues().say(repo, 'policy', { title: 'Broken', body: 'line 4' })).toBe(number)
    expect(stage.standIn.countRequests().contentWrites).toBe(writes)
    expect(await issues().say(repo, 'dashboard', { title: 'All', body: 'x' })).not.toBe(number)
    expect(stage.standIn.issues('acme/web').map(({ title, body }) => [title, body])).toEqual([
      ['Broken', 'line 4\n\n<!-- underpin topic=policy -->'],
      ['All', 'x\n\n<!-- underpin topic=dashboard -->'],
    ])
    expect(stage.budget.spent).toBe(stage.standIn.countRequests().contentWrites)
    stage.standIn.assertNoViolations()
  })
  it('are settled, and a new one is opened after that', async () => {
    const repo = stage.repo('web')
    const number = await issues().say(repo, 'policy', { title: 'Broken', body: 'x' })
    await issues().settle(repo, 'policy')
    await issues().settle(repo, 'policy')
    expect(stage.standIn.issues('acme/web')[0]?.state).toBe('closed')
    expect(await issues().say(repo, 'policy', { title: 'Broken', body: 'x' })).not.toBe(number)
  })
  it('of a lost answer are found again', async () => {
    const repo = stage.repo('web')
    stage.standIn.fail({ match: ({ operation }) => operation === 'issues/create', when: 'after-apply', action: { status: 502 } })
    expect(await kindOf(issues().say(repo, 'policy', { title: 'Broken', body: 'x' }))).toBe('transient')
    await issues().say(repo, 'policy', { title: 'Broken', body: 'x' })
    expect(stage.standIn.issues('acme/web')).toHaveLength(1)
  })
  it('switched off are missing', async () => {
    const repo = stage.repo('web')
    stage.standIn.repo('acme/web').hasIssues = false
    expect(await kindOf(issues().say(repo, 'policy', { title: 'a', body: 'b' }))).toBe('missing')
  })
  it('a topic that would leave its comment is refused as a bug', async () => {
    await expect(issues().say(stage.repo('web'), 'a --> b', { title: 'a', body: 'b' })).rejects.toThrow('not a topic')
  })
})
