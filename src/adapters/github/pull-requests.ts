/** Pull requests of ours: opened, reworded, labelled, commented on, closed. */
import { z } from 'zod'
import { formatRepo, type Repo } from '../../domain/repo/repo.ts'
import type { Client, WritePurpose } from './client.ts'
import { deliveryRights, mutateOne } from './commits.ts'
import type { Identity } from './identity.ts'
import { inRepo, ownRef } from './names.ts'
import { readPages } from './pages.ts'
import { check } from './transport.ts'

/** https://docs.github.com/graphql/reference/mutations#createpullrequest */
export const openDocument = `mutation Open($pullRequest: CreatePullRequestInput!) {
  createPullRequest(input: $pullRequest) { pullRequest { number url } }
}`

const mostComments = 1_000
const opened = z.object({ pullRequest: z.object({ number: z.number(), url: z.string() }) })
const comments = z.array(z.object({ user: z.object({ login: z.string() }).nullish(), body: z.string().nullish() }))

const purposeOf = (what: string): WritePurpose => ({ what, permissions: deliveryRights([]), cost: 1 })

/** `conflict` when there is one already, or the branch is gone or empty: look up. */
export async function openPullRequest(
  client: Client,
  repo: Repo,
  request: { readonly baseBranch: string; readonly branch: string; readonly title: string; readonly body: string },
): Promise<{ readonly number: number; readonly url: string }> {
  ownRef(request.branch)
  const purpose = purposeOf(`open a pull request in ${formatRepo(repo)}`)
  const pullRequest = { repositoryId: repo.nodeId, baseRefName: request.baseBranch, headRefName: request.branch, title: request.title, body: request.body }
  const payload = await mutateOne(client, repo, purpose, { query: openDocument, variables: { pullRequest } }, 'createPullRequest')
  return check(client.attempt(purpose), opened, payload).pullRequest
}

/** Sets `fields` (title and body, or `state: closed`) of a pull request (https://docs.github.com/rest/pulls/pulls#update-a-pull-request). */
export async function editPullRequest(client: Client, repo: Repo, number: number, fields: Readonly<Record<string, string>>): Promise<void> {
  const parameters = { ...inRepo(repo), pull_number: number, ...fields }
  await client.write(repo, purposeOf(`edit pull request #${number} of ${formatRepo(repo)}`), {
    route: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
    parameters,
  })
}

/** Adds labels; those the repo lacks are made. Nothing is sent for none. */
export async function addLabels(client: Client, repo: Repo, number: number, labels: readonly string[]): Promise<void> {
  if (labels.length === 0) return
  const parameters = { ...inRepo(repo), issue_number: number, labels }
  const call = { route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels', parameters }
  await client.write(repo, purposeOf(`label pull request #${number} of ${formatRepo(repo)}`), call)
}

/** Comments with `body` and the invisible `marker`, unless a comment of ours has that marker. */
export async function commentOnce(client: Client, identity: Identity, repo: Repo, number: number, marker: string, body: string): Promise<void> {
  const line = marker.startsWith('<!--') ? marker : `<!-- underpin ${marker} -->`
  const parameters = { ...inRepo(repo), issue_number: number }
  const route = '/repos/{owner}/{repo}/issues/{issue_number}/comments'
  const purpose = { what: `read the comments of pull request #${number} of ${formatRepo(repo)}`, needs: 'pull_requests: read' }
  const said = await readPages(client, repo.installationId, purpose, { route: `GET ${route}`, parameters }, comments, mostComments)
  const login = await identity.login()
  if (said.some((one) => one.user?.login === login && one.body?.includes(line) === true)) return
  const call = { route: `POST ${route}`, parameters: { ...parameters, body: body.includes(line) ? body : `${body}\n\n${line}` } }
  await client.write(repo, purposeOf(`comment on pull request #${number} of ${formatRepo(repo)}`), call)
}
