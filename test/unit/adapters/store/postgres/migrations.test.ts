/** A database that an earlier version filled, brought up to date. */
import { Kysely, Migrator, PostgresDialect } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPostgresStores, migrate } from '../../../../../src/adapters/store/postgres/index.ts'
import * as first from '../../../../../src/adapters/store/postgres/migrations/first.ts'
import * as second from '../../../../../src/adapters/store/postgres/migrations/second.ts'
import * as third from '../../../../../src/adapters/store/postgres/migrations/third.ts'
import { defaultPolicy } from '../../../../../src/domain/repo/default-policy.ts'
import { imageUse } from '../../../../contract/stores/fixtures.ts'
import { createTestDatabase, type TestDatabase } from '../../../../stand-ins/postgres.ts'

const before = { '2026-11-22 first': first, '2026-11-22 second': second, '2026-11-22 third': third }
const { builtFor: _, ...use } = imageUse('alpine:3')
const policy = { enabled: true, ignorePaths: [], ignoreImages: ['docker.io/library/*'], labels: ['images'], baseBranch: 'next' }
const plan = {
  key: { repoId: 1, baseBranch: 'next', group: 'docker.io/library/alpine:3' },
  targets: [],
  digests: [],
  changes: [],
  title: 't',
  body: 'b',
  commitMessage: 'c',
  labels: [],
  fingerprint: 'f',
  wordsFingerprint: 'w',
}

let db: TestDatabase
beforeAll(async () => {
  db = await createTestDatabase({ isMigrated: false })
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: db.pool }) })
  const { error } = await new Migrator({ db: kysely, provider: { getMigrations: async () => before }, migrationTableSchema: 'underpin' }).migrateToLatest()
  if (error !== undefined) throw error
  const run = (text: string, values: readonly unknown[] = []) => db.pool.query(text, [...values])
  await run('insert into underpin.installations (id) values (7)')
  for (const id of [1, 2])
    await run(
      `insert into underpin.repos (id, node_id, installation_id, owner, name, default_branch, is_archived, is_fork, is_private)
       values ($1, $2, 7, 'acme', $2, 'main', false, false, false)`,
      [id, `web-${id}`],
    )
  await run(`insert into underpin.discoveries (repo_id, branch, commit_oid, policy_commit_oid, policy_json) values (1, 'next', 'c1', 'c0', $1)`, [
    JSON.stringify(policy),
  ])
  await run(
    `insert into underpin.discoveries (repo_id, branch, commit_oid, policy_commit_oid, absent_branch, policy_json, policy_problem) values (2, 'main', '', 'c0', 'relase', $1, 'p')`,
    [JSON.stringify({ ...policy, baseBranch: null })],
  )
  await run(`insert into underpin.repo_files (repo_id, position, path, blob_oid, mode, bytes) values (1, 0, 'Dockerfile', 'b1', '100644', 'FROM alpine:3')`)
  await run(`insert into underpin.image_uses (repo_id, position, image_name, tag, use_json) values (1, 0, 'docker.io/library/alpine', '3', $1)`, [
    JSON.stringify(use),
  ])
  await run(
    `insert into underpin.updates (key, repo_id, base_branch, group_name, installation_id, branch, state, plan_json, plan_fingerprint, delivered_fingerprint, delivered_words,
       delivered_digests, delivered_labels, pull_request, refused_digests)
     values ('1 next docker.io/library/alpine:3', 1, 'next', 'docker.io/library/alpine:3', 7, 'underpin/alpine-3-12345678', 'open', $1, 'f', 'f', 'w', '{}', '{}', 4, '{}')`,
    [JSON.stringify(plan)],
  )
  await migrate(db.pool)
})
afterAll(() => db.drop())

it('a look keeps its branch, files, uses and policy, and is one of another version', async () => {
  const { repos } = createPostgresStores(db.pool)
  expect(await repos.discovery(1)).toEqual({
    branches: [
      {
        branch: 'next',
        commitOid: 'c1',
        files: [{ path: 'Dockerfile', blobOid: 'b1', mode: '100644', bytes: Buffer.from('FROM alpine:3') }],
        uses: [imageUse('alpine:3')],
      },
    ],
    policyCommitOid: 'c0',
    absentBranches: [],
    extended: null,
    reader: '',
    policy: { ...defaultPolicy, ignoreImages: policy.ignoreImages, labels: policy.labels, baseBranches: ['next'] },
    policyProblem: null,
    rebuildSince: null,
  })
  expect(await repos.discovery(2)).toMatchObject({
    branches: [{ branch: 'main', commitOid: '', uses: [] }],
    absentBranches: ['relase'],
    policy: { baseBranches: [] },
  })
  expect(await repos.looks(7)).toMatchObject([{ repoId: 1, baseBranches: ['next'], reader: '' }, { repoId: 2 }])
  expect(await repos.read(1)).toMatchObject({ mayWriteWorkflows: true })
})

it('an open update shows its pull request to nobody, and can be planned anew', async () => {
  const [update] = await createPostgresStores(db.pool).updates.ofRepo(1)
  expect(update).toMatchObject({ state: 'open', deliveredPeople: [], plan: { reviewers: [], assignees: [], branchPrefix: 'underpin/' } })
})
