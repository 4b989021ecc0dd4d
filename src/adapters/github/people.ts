/** People whom a pull request is shown to: reviewers and assignees. */
import { z } from 'zod'
import { isFault } from '../../domain/fault.ts'
import { formatRepo, type Repo } from '../../domain/repo/repo.ts'
import type { Client } from './client.ts'
import { deliveryRights } from './commits.ts'
import { inRepo } from './names.ts'
import { check } from './transport.ts'

const assigned = z.object({ assignees: z.array(z.object({ login: z.string() })).nullish() })

/**
 * Asks for reviews (https://docs.github.com/rest/pulls/review-requests#request-reviewers-for-a-pull-request). GitHub asks nobody where one of them may
 * not review; then each is asked alone, and those who are refused are given back.
 */
export async function requestReviews(
  client: Client,
  repo: Repo,
  number: number,
  reviewers: readonly string[],
): Promise<{ readonly refused: readonly string[] }> {
  const isStranger = (name: string) => name.includes('/') && name.slice(0, name.indexOf('/')).toLowerCase() !== repo.owner.toLowerCase()
  const refused = reviewers.filter(isStranger)
  const possible = reviewers.filter((name) => !isStranger(name))
  if (possible.length === 0 || (await mayReview(client, repo, number, possible))) return { refused }
  if (possible.length === 1) return { refused: [...refused, ...possible] }
  for (const reviewer of possible) if (!(await mayReview(client, repo, number, [reviewer]))) refused.push(reviewer)
  return { refused }
}

/** False where GitHub refuses. A team is named by its slug alone: only teams of the repo's owner can review. */
async function mayReview(client: Client, repo: Repo, number: number, reviewers: readonly string[]): Promise<boolean> {
  const teams = reviewers.flatMap((name) => (name.includes('/') ? [name.slice(name.indexOf('/') + 1)] : []))
  const parameters = { ...inRepo(repo), pull_number: number, reviewers: reviewers.filter((name) => !name.includes('/')), team_reviewers: teams }
  const purpose = { what: `ask for reviews of pull request #${number} of ${formatRepo(repo)}`, permissions: deliveryRights([]), cost: 1 }
  try {
    await client.write(repo, purpose, { route: 'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers', parameters })
    return true
  } catch (error) {
    // Of a login that nobody has GitHub says that it could not resolve it.
    if (isFault(error) && (error.kind === 'invalid' || error.kind === 'missing')) return false
    throw error
  }
}

/** Assigns (https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue); GitHub passes over those who may not be, and its answer tells. */
export async function assign(client: Client, repo: Repo, number: number, assignees: readonly string[]): Promise<{ readonly refused: readonly string[] }> {
  if (assignees.length === 0) return { refused: [] }
  const parameters = { ...inRepo(repo), issue_number: number, assignees }
  const purpose = { what: `assign pull request #${number} of ${formatRepo(repo)}`, permissions: deliveryRights([]), cost: 1 }
  const { data } = await client.write(repo, purpose, { route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees', parameters })
  const found = new Set((check(client.attempt(purpose), assigned, data).assignees ?? []).map(({ login }) => login.toLowerCase()))
  return { refused: assignees.filter((login) => !found.has(login.toLowerCase())) }
}
