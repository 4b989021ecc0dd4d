/** What GitHub's refusals mean. */
import { describe, expect, it } from 'vitest'
import { type Attempt, faultOfGraphql, faultOfStatus } from '../../../../src/adapters/github/faults.ts'

const asOf = new Date('2026-11-22T02:00:00Z')
const reading: Attempt = { host: 'api.github.com', what: 'read acme/web', needs: 'contents: read', isWrite: false }
const writing: Attempt = { host: 'api.github.com', what: 'open a pull request in acme/web', needs: 'pull_requests: write', isWrite: true }
const kind = (status: number, message: string, headers = {}, attempt = writing) => faultOfStatus(attempt, status, headers, message, asOf).kind

describe('statuses', () => {
  it.each([
    [401, 'Bad credentials', 'transient'],
    [403, 'Resource not accessible by integration', 'unauthorized'],
    [403, 'Repository was archived so is read-only.', 'unauthorized'],
    [404, 'Not Found', 'missing'],
    [409, 'Head branch was modified. Review and try the merge again.', 'conflict'],
    [410, 'Issues has been disabled in this repository.', 'missing'],
    [422, 'Reference already exists', 'conflict'],
    [422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow", 'conflict'],
    [422, 'Unexpected inputs provided: ["x"]', 'invalid'],
    [422, 'was submitted too quickly', 'rate-limited'],
    [429, 'slow down', 'rate-limited'],
    [500, 'Server Error', 'transient'],
    [502, '', 'transient'],
  ] as const)('a write answered %i %s is %s', (status, message, expected) => {
    expect(kind(status, message)).toBe(expected)
  })
  it('a read answered 401 is unauthorized', () => {
    expect(kind(401, 'Bad credentials', {}, reading)).toBe('unauthorized')
  })
  it('names the permission that GitHub names, else the one that the call takes', () => {
    const said = faultOfStatus(writing, 403, { 'x-accepted-github-permissions': 'contents=write' }, 'Resource not accessible by integration', asOf)
    expect(said.message).toContain('"contents: write"')
    expect(faultOfStatus(writing, 403, {}, 'Resource not accessible by integration', asOf).message).toContain('"pull_requests: write"')
  })
  it('never passes on a permission header of another form', () => {
    const said = faultOfStatus(writing, 403, { 'x-accepted-github-permissions': '<script>' }, 'no', asOf)
    expect(said.message).not.toContain('script')
  })
})

describe('waiting', () => {
  const wait = (headers: Record<string, string>) => faultOfStatus(reading, 403, headers, 'You have exceeded a secondary rate limit.', asOf).retryAfterMs
  it('follows retry-after to the second', () => {
    expect(wait({ 'retry-after': '37', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' })).toBe(37_000)
  })
  it('waits for the reset of a spent limit, by the clock that GitHub shows', () => {
    const reset = String(Date.parse('2026-11-22T03:00:00Z') / 1_000)
    expect(wait({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, date: 'Sun, 22 Nov 2026 02:10:00 GMT' })).toBe(50 * 60_000)
  })
  it('waits a minute where GitHub does not say', () => {
    expect(wait({})).toBe(60_000)
  })
})

describe('GraphQL errors', () => {
  const kindOf = (type: string | null, message: string) => faultOfGraphql(writing, { type, message, path: [] }, {}, asOf).kind
  it.each([
    ['RATE_LIMITED', 'API rate limit exceeded', 'rate-limited'],
    ['FORBIDDEN', 'Resource not accessible by integration', 'unauthorized'],
    ['FORBIDDEN', 'You have exceeded a secondary rate limit.', 'rate-limited'],
    ['NOT_FOUND', "Could not resolve to a node with the global id of 'x'", 'missing'],
    ['STALE_DATA', 'Expected branch to point to "a" but it points to "b".', 'conflict'],
    ['UNPROCESSABLE', 'A ref named "refs/heads/x" already exists in the repository.', 'conflict'],
    ['UNPROCESSABLE', 'A pull request already exists for acme:x.', 'conflict'],
    ['UNPROCESSABLE', 'No commits between main and x', 'conflict'],
    ['UNPROCESSABLE', 'title is too long', 'invalid'],
    [null, 'Something went wrong while executing your query.', 'transient'],
    [null, 'refusing to allow a GitHub App to create or update workflow `.github/workflows/a.yml` without `workflows` permission', 'unauthorized'],
  ] as const)('%s %s is %s', (type, message, expected) => {
    expect(kindOf(type, message)).toBe(expected)
  })
})
