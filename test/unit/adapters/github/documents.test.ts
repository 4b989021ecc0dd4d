/** Every GraphQL document that is sent, against GitHub's own schema and its limits. */
import { schema as published } from '@octokit/graphql-schema'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { blobsDocument } from '../../../../src/adapters/github/blobs.ts'
import { commitDocument, createRefDocument, moveDocument, proposeDocument, recommitDocument, refDocument } from '../../../../src/adapters/github/commits.ts'
import { headsDocument } from '../../../../src/adapters/github/heads.ts'
import { openDocument } from '../../../../src/adapters/github/pull-requests.ts'
import { standingsDocument } from '../../../../src/adapters/github/standing.ts'
import { treesDocument } from '../../../../src/adapters/github/trees.ts'
import type { Repo } from '../../../../src/domain/repo/repo.ts'
import { costOf } from '../../../stand-ins/github/graphql/cost.ts'

const schema = buildSchema(published.idl, { assumeValidSDL: true })
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index))
const repo = (id: number): Repo => ({
  id,
  nodeId: `R_${id}`,
  installationId: 1,
  owner: 'acme',
  name: `web-${id}`,
  defaultBranch: 'main',
  isArchived: false,
  isFork: false,
  isPrivate: false,
  mayWriteWorkflows: true,
  pushedAt: null,
})
const branches = times(25, (index) => ({ repo: repo(index), branch: index % 2 === 0 ? null : 'release/1.x' }))
const standings = times(25, (index) => ({
  repo: repo(index),
  baseBranch: 'main',
  branch: `underpin/python-${index}-0123abcd`,
  paths: ['Dockerfile', 'a/b.yml'],
}))
const blobs = times(100, (index) => ({ repo: repo(index % 7), blobOid: index.toString(16).padStart(40, '0') }))

const queries = {
  heads: headsDocument(times(100, (index) => ({ repo: repo(index), branch: index % 3 === 0 ? 'next' : null }))),
  trees: treesDocument(branches),
  'blob sizes': blobsDocument(blobs, 'byteSize isBinary'),
  'blob texts': blobsDocument(blobs, 'text'),
  standings: standingsDocument(standings),
}
const mutations = { proposeDocument, commitDocument, createRefDocument, moveDocument, recommitDocument, openDocument, refDocument }

describe('documents', () => {
  it.each(Object.entries(queries))('%s fit the schema and cost 1', (_name, { query, variables }) => {
    const document = parse(query)
    expect(validate(schema, document)).toEqual([])
    const { nodes, cost } = costOf(schema, document, variables)
    expect(cost).toBe(1)
    expect(nodes).toBeLessThanOrEqual(400)
  })
  it.each(Object.entries(mutations))('%s fits the schema', (_name, query) => {
    expect(validate(schema, parse(query))).toEqual([])
  })
  it('carry nothing from outside but in variables', () => {
    const evil = '") { login } #'
    const { query, variables } = standingsDocument([
      { repo: { ...repo(1), nodeId: evil }, baseBranch: 'main"){', branch: 'underpin/x-0123abcd', paths: [evil] },
    ])
    expect(query).not.toContain('login } #')
    expect(query).not.toContain('main"')
    expect(Object.values(variables)).toContain(evil)
    expect(validate(schema, parse(query))).toEqual([])
  })
})
