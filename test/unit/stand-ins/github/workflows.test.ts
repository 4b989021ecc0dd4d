/** Dispatches and runs. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bed, bed } from './bed.ts'

const build = `name: Build
run-name: build \${{ inputs.underpin-id }}
on:
  push: { branches: [main], paths: ['Dockerfile'] }
  workflow_dispatch:
    inputs:
      underpin-id: { type: string }
      mode: { type: choice, options: [fast, slow], default: fast }
`
const ask = 'on:\n  repository_dispatch:\n    types: [underpin-rebuild]\n'
let t: Bed
beforeEach(async () => {
  t = await bed({ files: { '.github/workflows/build.yml': build, '.github/workflows/ask.yml': ask, Dockerfile: 'FROM debian:12\n' } })
})
afterEach(async () => {
  await t.github.close()
})
const dispatch = (body: unknown, file = 'build.yml') => t.rest('POST', `/repos/acme/web/actions/workflows/${file}/dispatches`, body)
const message = (answer: Awaited<ReturnType<typeof dispatch>>) => [answer.status, (answer.body as { message?: string }).message]

test('a dispatch starts a run, and names it where asked', async () => {
  expect((await dispatch({ ref: 'main' })).status).toBe(204)
  const named = await dispatch({ ref: 'main', inputs: { 'underpin-id': 'abc' }, return_run_details: true })
  const id = Number((named.body as { workflow_run_id?: number }).workflow_run_id)
  expect((await t.rest('GET', `/repos/acme/web/actions/runs/${id}`)).body).toMatchObject({
    status: 'in_progress',
    conclusion: null,
    display_title: 'build abc',
    actor: { login: 'underpin[bot]' },
  })
  t.github.completeRun(id, 'success')
  expect((await t.rest('GET', `/repos/acme/web/actions/runs/${id}`)).body).toMatchObject({ status: 'completed', conclusion: 'success' })
  t.github.assertNoViolations()
})

test('inputs that the workflow does not declare are refused', async () => {
  expect(message(await dispatch({ ref: 'main', inputs: { stranger: '1' } }))).toEqual([422, 'Unexpected inputs provided: ["stranger"]'])
  expect((await dispatch({ ref: 'main', inputs: { mode: 'wild' } })).status).toBe(422)
  expect(message(await dispatch({ ref: 'gone' }))).toEqual([422, 'No ref found for: gone'])
  expect(message(await dispatch({ ref: 'main' }, 'ask.yml'))).toEqual([422, "Workflow does not have 'workflow_dispatch' trigger"])
  expect((await dispatch({ ref: 'main' }, 'none.yml')).status).toBe(404)
})

test('a disabled workflow takes no dispatch and hears no push', async () => {
  expect((await t.rest('PUT', '/repos/acme/web/actions/workflows/build.yml/disable')).status).toBe(204)
  expect((await dispatch({ ref: 'main' })).status).toBe(422)
  t.github.push('acme/web', { files: { Dockerfile: 'FROM debian:13\n' } })
  expect(t.github.runs('acme/web')).toEqual([])
})

test('a repository_dispatch starts what listens to its type', async () => {
  const send = (event_type: string, client_payload: unknown) => t.rest('POST', '/repos/acme/web/dispatches', { event_type, client_payload })
  expect((await send('underpin-rebuild', { id: 'abc' })).status).toBe(204)
  expect((await send('another', {})).status).toBe(204)
  expect(t.github.runs('acme/web').map(({ event, workflowPath }) => [event, workflowPath])).toEqual([['repository_dispatch', '.github/workflows/ask.yml']])
  expect((await send('underpin-rebuild', { text: 'x'.repeat(70_000) })).status).toBe(422)
  t.github.assertNoViolations()
  expect((await send('underpin-rebuild', Object.fromEntries(Array.from({ length: 11 }, (_none, index) => [`k${index}`, 1])))).status).toBe(422)
})

test('a push starts the workflows that listen to its branch and files', async () => {
  t.github.push('acme/web', { files: { README: 'x' } })
  t.github.commitAs('acme/web', 'side', 'mona', { Dockerfile: 'FROM debian:13\n' })
  expect(t.github.runs('acme/web')).toEqual([])
  t.github.push('acme/web', { files: { Dockerfile: 'FROM debian:13\n' } })
  expect(t.github.runs('acme/web')).toMatchObject([{ event: 'push', branch: 'main', headOid: t.head() }])
})

test('runs are listed by event, branch, actor and time', async () => {
  await dispatch({ ref: 'main' })
  t.time.move(3000)
  await dispatch({ ref: 'main' })
  const list = async (query: string) =>
    ((await t.rest('GET', `/repos/acme/web/actions/workflows/build.yml/runs?${query}`)).body as { total_count?: number }).total_count
  expect(await list('event=workflow_dispatch&branch=main&actor=underpin%5Bbot%5D')).toBe(2)
  expect(await list('created=%3E%3D2026-11-22T12:30:00Z')).toBe(1)
  expect(await list('event=push')).toBe(0)
  expect(await list('branch=other')).toBe(0)
  t.github.assertNoViolations()
})
