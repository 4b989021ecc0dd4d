/** The files that we offer for copying are what their own comments say. */
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readPolicy } from '../../src/policy/policy-file.ts'
import { packageFile } from '../../src/app/package-files.ts'

it('the rebuild workflow takes the inputs that its policy names, and pins its actions', () => {
  const text = packageFile('docs/templates/rebuild.yml')
  const policyText = [...text.matchAll(/^# {3}(.*)$/gm)].map(([, line]) => line).join('\n')
  const read = readPolicy(Buffer.from(policyText))
  const workflow = parse(text) as { on: { workflow_dispatch: { inputs: object } }; jobs: { image: { steps: { uses?: string; run?: string }[] } } }

  expect(read.kind).toBe('policy')
  const rebuild = read.kind === 'policy' ? read.policy.rebuild : null
  expect(rebuild?.workflow).toBe('build.yml')
  expect(Object.keys(rebuild?.inputs ?? {})).toEqual(Object.keys(workflow.on.workflow_dispatch.inputs))
  for (const { uses, run } of workflow.jobs.image.steps) {
    if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/)
    if (run !== undefined) expect(run).not.toContain('${{')
  }
})
