/** Whose a branch and a pull request are: pure judgement over what GitHub shows. */
import { describe, expect, it } from 'vitest'
import { isCrowded, mostPullRequests, type StandingNode, standingOf } from '../../../../src/adapters/github/standing.ts'
import { fingerprint } from './kit.ts'

const login = 'underpin[bot]'
const bot = { __typename: 'Bot', login: 'underpin' }
const signed = { isValid: true, wasSignedByGitHub: true }
const commit = (more = {}) => ({
  oid: 'c',
  message: `Pin\n\nUnderpin-Plan: ${fingerprint}`,
  author: { email: null, user: { login } },
  signature: signed,
  ...more,
})
const pull = (number: number, more = {}) => ({
  number,
  state: 'OPEN' as const,
  headRefOid: 'c',
  isCrossRepository: false,
  url: `https://github.com/acme/web/pull/${number}`,
  body: '',
  author: bot,
  ...more,
})
const node = (more: Partial<StandingNode> = {}): StandingNode => ({
  name: 'web',
  owner: { login: 'acme' },
  base: { target: { oid: 'base' } },
  prefix: null,
  branch: { target: { oid: 'c', history: { nodes: [commit(), commit({ author: null, signature: null })] } }, compare: { behindBy: 1 } },
  pullRequests: { totalCount: 0, nodes: [] },
  ...more,
})
const branchWith = (commits: object[], behindBy: number | null) =>
  node({ branch: { target: { oid: 'c', history: { nodes: commits as never } }, compare: behindBy === null ? null : { behindBy } } })
const judge = (one: StandingNode, wantsSignature = true) => standingOf(one, [], login, wantsSignature)

describe('a branch is ours', () => {
  it('when every commit over the base is; those below do not count', () => {
    expect(judge(node()).branch).toEqual({ oid: 'c', isOurs: true, fingerprint })
  })
  it('by the bot’s own no-reply address where GitHub names no user', () => {
    const author = { email: '123+underpin[bot]@users.noreply.github.com', user: null }
    expect(judge(branchWith([commit({ author })], 1)).branch?.isOurs).toBe(true)
  })
  it.each([
    ['a person’s commit lies on top', [commit({ author: { user: { login: 'octocat' } } }), commit()], 2],
    ['a person’s commit lies below ours', [commit(), commit({ author: { user: { login: 'octocat' } } })], 2],
    ['GitHub did not sign it', [commit({ signature: null })], 1],
    ['the signature is a person’s', [commit({ signature: { isValid: true, wasSignedByGitHub: false } })], 1],
    ['a user has our name without the ending', [commit({ author: { user: { login: 'underpin' } } })], 1],
    ['the address only begins like ours', [commit({ author: { email: '1+underpin[bot]x@users.noreply.github.com', user: null } })], 1],
    ['there are more commits than we look at', [commit()], 7],
    ['GitHub could not compare', [commit()], null],
  ])('not when %s', (_name, commits, behindBy) => {
    expect(judge(branchWith(commits, behindBy)).branch).toEqual({ oid: 'c', isOurs: false, fingerprint: null })
  })
  it('by name alone only on a server that does not sign', () => {
    expect(judge(branchWith([commit({ signature: null })], 1), false).branch?.isOurs).toBe(true)
  })
})

describe('the pull request', () => {
  const among = (...nodes: object[]) => judge(node({ pullRequests: { totalCount: nodes.length, nodes: nodes as never } })).pullRequest
  it('of a fork with the same branch name is never ours', () => {
    expect(among(pull(9, { isCrossRepository: true }))).toBeNull()
    expect(among(pull(9, { isCrossRepository: true }), pull(3, { state: 'CLOSED' }))).toMatchObject({ number: 3, state: 'closed' })
  })
  it('that a person opened from our branch is not ours', () => {
    expect(among(pull(3, { author: { __typename: 'User', login: 'underpin' } }))?.isOurs).toBe(false)
    expect(among(pull(3, { author: null }))?.isOurs).toBe(false)
  })
  it('is looked for elsewhere when forks crowd the answer', () => {
    const forks = Array.from({ length: mostPullRequests }, (_, index) => pull(index, { isCrossRepository: true }))
    expect(isCrowded(node({ pullRequests: { totalCount: mostPullRequests + 1, nodes: forks } }))).toBe(true)
    expect(isCrowded(node({ pullRequests: { totalCount: mostPullRequests + 1, nodes: [...forks.slice(1), pull(99)] } }))).toBe(false)
    expect(isCrowded(node())).toBe(false)
  })
})
