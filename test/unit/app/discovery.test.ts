/** Looks into repos that are broken, too large, empty, moved or half visible: none is silent, and none stands in the way of the others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createParse } from '../../../src/adapters/parse/index.ts'
import { onPush } from '../../../src/app/webhooks/handlers.ts'
import { type Claim, discoverWork } from '../../../src/domain/due-work.ts'
import { discover } from '../../../src/pipeline/discover.ts'
import { mostFiles } from '../../../src/pipeline/discover/snapshot.ts'
import type { FileChanges } from '../../stand-ins/github/index.ts'
import { type AppBed, hour, type Organisation, startAppBed } from '../../support/app-bed.ts'
import { pass, pinned } from '../../support/pinned.ts'
import { compareNow, lookOf, remembered } from '../../support/looks.ts'

const policyFile = '.github/underpin.yml'
const long = (start: string) => `${start}${'# long\n'.repeat(40_000)}`
const link = { content: 'elsewhere', mode: '120000' }

let bed: AppBed
beforeAll(async () => {
  bed = await startAppBed()
})
afterAll(() => bed.stop())
afterEach(() => {
  bed.github.webhooks.knobs.drop = () => false
  bed.github.assertNoViolations()
})

const repoNamed = (name: string) => remembered(bed, name)
const look = (name: string) => lookOf(bed, name)
const compare = (installationId: number) => compareNow(bed, installationId)
const skips = async (name: string) => (await look(name)).branches[0].uses.map(({ file, skip }) => [file, skip?.code ?? null, skip?.message ?? null])
const actions = async (name: string) => (await bed.house.stores.audit.ofRepo((await repoNamed(name)).id, 50)).map(({ action }) => action)

async function repoOf(files: FileChanges): Promise<{ readonly org: Organisation; readonly web: string }> {
  const org = bed.organisation()
  const web = org.repo('web', files)
  await bed.idle()
  return { org, web }
}
const noIssues = (org: Organisation) => {
  const bad = org.repo('bad', { [policyFile]: 'limitz: {}\n', Dockerfile: 'FROM scratch\n' })
  bed.github.repo(bad).hasIssues = false
  return bad
}

describe('one bad repo', () => {
  it('that takes no issues and has a broken policy is looked into, and so are the others of its batch', async () => {
    const org = bed.organisation()
    await bed.idle()
    bed.github.webhooks.knobs.drop = () => true
    const bad = noIssues(org)
    const good = org.repo('good', { Dockerfile: 'FROM alpine:3\n' })
    await compare(org.installationId)

    expect((await look(good)).branches[0].uses).toHaveLength(1)
    expect((await look(bad)).policyProblem).toContain('limitz')
    expect(await actions(bad)).toContain('policy issue refused')
    const troubled = await bed.house.stores.dueWork.troubled(1, 100)
    expect(troubled.filter(({ kind, group }) => kind === 'discover' && group === String(org.installationId))).toEqual([])
  })

  it('that GitHub cannot show costs the others of its batch one more try', async () => {
    const org = bed.organisation()
    await bed.idle()
    bed.github.webhooks.knobs.drop = () => true
    const deep = org.repo('deep', { 'a/b/c/d/e/Dockerfile': 'FROM alpine:3\n' })
    const good = org.repo('good', { Dockerfile: 'FROM alpine:3\n' })
    const restore = bed.github.fail({
      match: ({ operation, path: asked }) => operation === 'git/get-tree' && asked.includes(deep),
      when: 'before-apply',
      action: { status: 404, body: { message: 'Not Found' } },
      times: 50,
    })
    await compare(org.installationId)
    await pass(bed, 5_000)
    restore()

    expect((await look(good)).branches[0].uses).toHaveLength(1)
    expect(await bed.house.stores.repos.discovery((await repoNamed(deep)).id)).toBeNull()
  })

  it('whose files kill the parser keeps its policy, and each such file is one skipped use', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'underpin-dies-'))
    const script = path.join(folder, 'child.mjs')
    writeFileSync(
      script,
      `process.on('message', (task) => (task.kind === 'policy' || task.file.path === 'Dockerfile' ? process.exit(1) : process.send({ ok: true, value: { uses: [], builds: [] } })))`,
    )
    const parse = createParse({ script })
    const { org, web } = await repoOf({ [policyFile]: 'enabled: false\n', Dockerfile: 'FROM alpine:3\n' })
    const good = org.repo('good', { Containerfile: 'FROM alpine:3\n' })
    await bed.idle()
    const { stores, github } = bed.house
    const claims: Claim[] = []
    const later = new Date(bed.clock.now().getTime() + 1000 * hour)
    for (const name of [web, good]) await stores.dueWork.schedule([{ ...discoverWork((await repoNamed(name)).id, 0, later), group: `dies ${org.name}` }])
    claims.push(...(await stores.dueWork.claim('discover', `dies ${org.name}`, { asOf: later, leaseMs: 600_000, limit: 10 })))
    const outcomes = await discover({ ...github, ...stores, parse, reader: 'test' }, org.installationId, claims, bed.clock.now(), new AbortController().signal)
    for (const claim of claims) await stores.dueWork.finish(claim, null)
    await parse.close()
    rmSync(folder, { recursive: true })

    expect(outcomes).toEqual(claims.map((claim) => ({ claim, next: null })))
    expect(await skips(web)).toEqual([['Dockerfile', 'unreadable', expect.stringContaining('the parser gave up')]])
    expect(await skips(good)).toEqual([])
    const { policy, policyProblem } = await look(web)
    expect([policy.enabled, policyProblem]).toEqual([false, expect.stringMatching(/^\.github\/underpin\.yml: the parser gave up/)])
  })
})

describe('a policy file without usable bytes', () => {
  it.each([
    ['longer than 256 KiB', long('enabled: true\n')],
    ['a symbolic link', link],
  ])('that is %s is a problem, and the last good policy stays in force', async (what, content) => {
    const { web } = await repoOf({ [policyFile]: 'enabled: false\n', Dockerfile: 'FROM alpine:3\n' })
    bed.github.push(web, { files: { [policyFile]: content } })
    await bed.idle()

    expect(await look(web)).toMatchObject({ policyProblem: `${policyFile}: ${what}`, policy: { enabled: false } })
    expect(bed.github.issues(web)[0]?.body).toContain(what)
  })

  it('names a branch that is not there: said, kept as it was, and mended when the branch appears', async () => {
    const { org, web } = await repoOf({ [policyFile]: 'labels: [images]\n', Dockerfile: 'FROM alpine:3\n' })
    const head = bed.github.push(web, { files: { [policyFile]: 'baseBranch: relase\n' } })
    await bed.idle()
    const problem = `${policyFile}: baseBranches: there is no branch "relase"`
    expect(await look(web)).toMatchObject({ policyProblem: problem, branches: [{ branch: 'main' }], policy: { labels: ['images'] } })
    expect(bed.github.issues(web)[0]?.body).toContain('there is no branch')
    expect(bed.github.issues(web)[0]?.body).toContain(head)
    bed.github.webhooks.knobs.drop = () => true
    bed.github.push(web, { branch: 'relase', files: { Dockerfile: 'FROM alpine:3\nRUN true\n' } })
    await compare(org.installationId)

    expect(await look(web)).toMatchObject({ policyProblem: null, branches: [{ branch: 'relase' }] })
    expect(bed.github.issues(web)[0]?.state).toBe('closed')
  })
})

describe('files without usable bytes', () => {
  it('that are too large or linked are skipped uses with a decision each', async () => {
    const { web } = await repoOf({ Dockerfile: long('FROM alpine:3\n'), 'linked.Dockerfile': link })

    expect(await skips(web)).toEqual([
      ['Dockerfile', 'too-large', 'the file is longer than 256 KiB'],
      ['linked.Dockerfile', 'unreadable', 'the file is a symbolic link'],
    ])
    const decided = await bed.house.stores.decisions.ofRepo((await repoNamed(web)).id)
    expect(decided.filter(({ subject, decision }) => subject.kind === 'image-use' && decision.kind === 'skip')).toHaveLength(2)
  })

  it(`beyond the first ${mostFiles} are skipped in one place`, async () => {
    const files = Object.fromEntries(Array.from({ length: mostFiles + 2 }, (_, index) => [`${String(index).padStart(4, '0')}.Dockerfile`, 'FROM scratch\n']))
    const { web } = await repoOf({ ...files, [policyFile]: 'labels: [images]\n' })

    expect(await skips(web)).toEqual([[`${mostFiles}.Dockerfile`, 'too-large', expect.stringContaining('the first of 2 files')]])
    expect((await look(web)).policy.labels).toEqual(['images'])
  })
})

describe('a tree that GitHub cuts', () => {
  it('takes nothing away that it does not list', async () => {
    const { web } = await repoOf({ 'a/b/c/d/e/Dockerfile': 'FROM alpine:3\n', [policyFile]: 'labels: [images]\n' })
    const restore = bed.github.fail({
      match: ({ operation }) => operation === 'git/get-tree',
      when: 'before-apply',
      action: { status: 200, headers: { 'content-type': 'application/json' }, body: { sha: 'a'.repeat(40), url: bed.github.url, truncated: true, tree: [] } },
      times: 10,
    })
    const head = bed.github.push(web, { files: { Dockerfile: 'FROM alpine:3.1\n' } })
    await bed.idle()
    restore()

    const found = await look(web)
    expect(found.branches[0].commitOid).toBe(head)
    expect(found.branches[0].uses.map(({ file }) => file)).toEqual(['Dockerfile', 'a/b/c/d/e/Dockerfile'])
    expect(found.policy.labels).toEqual(['images'])
    expect(await actions(web)).toContain('repo too large to list')
  })
})

describe('a batch of large repos', () => {
  it('is listed at once, and read for as many as fit into memory', async () => {
    const org = bed.organisation()
    await bed.idle()
    bed.github.webhooks.knobs.drop = () => true
    const files = (name: string) => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.Dockerfile`, `FROM scratch\n# ${name} ${index}\n`]))
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => org.repo(name, files(name)))
    await compare(org.installationId)
    const { stores, github, parse } = bed.house
    const [trees, blobs]: [number[], number[]] = [[], []]
    const heavy: typeof github.repoFiles = {
      heads: github.repoFiles.heads,
      trees: async (installationId, wanted, isWanted) => {
        trees.push(wanted.length)
        const found = await github.repoFiles.trees(installationId, wanted, isWanted)
        return found.map((tree) => ({ ...tree, files: tree.files.map((file) => ({ ...file, size: 250_000 })) }))
      },
      blobs: async (installationId, wanted, maxBytes) => {
        blobs.push(wanted.length)
        return await github.repoFiles.blobs(installationId, wanted, maxBytes)
      },
    }
    const later = new Date(bed.clock.now().getTime() + 1000 * hour)
    for (const name of names) {
      bed.github.push(name, { files: { '0.Dockerfile': `FROM alpine:3\n# ${name}\n` } })
      await stores.dueWork.schedule([{ ...discoverWork((await repoNamed(name)).id, 0, later), group: `large ${org.name}` }])
    }
    const claims = await stores.dueWork.claim('discover', `large ${org.name}`, { asOf: later, leaseMs: 600_000, limit: 10 })
    const ports = { ...github, ...stores, repoFiles: heavy, parse, reader: 'test' }
    const outcomes = await discover(ports, org.installationId, claims, bed.clock.now(), new AbortController().signal)
    for (const claim of claims) await stores.dueWork.finish(claim, null)

    expect(outcomes).toEqual(expect.arrayContaining(claims.map((claim) => ({ claim, next: null }))))
    expect([trees, blobs]).toEqual([[5], [2, 2, 1]])
    for (const name of names) expect((await look(name)).branches[0].uses.map(({ file }) => file)).toEqual(['0.Dockerfile'])
  })
})

describe('comparing with GitHub', () => {
  it('does not read an empty repo again and again', async () => {
    const org = bed.organisation()
    const empty = org.repo('empty', {})
    await bed.idle()
    expect(await look(empty)).toMatchObject({ branches: [{ commitOid: '', uses: [] }] })
    const before = bed.github.journal.entries.length
    await compare(org.installationId)
    expect(bed.github.journal.entries.slice(before).map(({ what }) => what)).not.toContain('Trees')
    bed.github.webhooks.knobs.drop = () => true
    bed.github.push(empty, { files: { Dockerfile: 'FROM alpine:3\n' } })
    await compare(org.installationId)

    expect((await look(empty)).branches[0].uses).toHaveLength(1)
  })

  it('sees a policy that changed on the default branch while another branch is watched', async () => {
    const org = bed.organisation()
    const web = org.repo('web', { 'README.md': 'hello' })
    bed.github.push(web, { branch: 'release', files: { Dockerfile: 'FROM alpine:3\n' } })
    bed.github.push(web, { files: { [policyFile]: 'baseBranch: release\n' } })
    await bed.idle()
    expect(await look(web)).toMatchObject({ branches: [{ branch: 'release' }] })
    bed.github.webhooks.knobs.drop = () => true
    const head = bed.github.push(web, { files: { [policyFile]: 'baseBranch: release\nlabels: [images]\n' } })
    await compare(org.installationId)

    expect(await look(web)).toMatchObject({ branches: [{ branch: 'release' }], policyCommitOid: head, policy: { labels: ['images'] } })
  })

  it('decides anew about a repo that came from another installation, and its work follows it', async () => {
    const org = await pinned(bed)
    org.move('second')
    await bed.pass(hour)
    const other = bed.organisation()
    await bed.idle()
    const { stores } = bed.house
    const { id } = await repoNamed(org.web)
    const before = await stores.decisions.ofRepo(id)
    bed.github.webhooks.knobs.drop = () => true
    bed.github.transfer(org.web, other.name)
    bed.clock.advance(60_000)
    await compare(other.installationId)

    expect((await stores.updates.ofRepo(id)).map(({ installationId }) => installationId)).toEqual([other.installationId])
    const after = await stores.decisions.ofRepo(id)
    expect(after).toHaveLength(before.length)
    for (const [index, { decidedAt }] of after.entries()) expect(decidedAt.getTime()).toBeGreaterThan(before[index]?.decidedAt.getTime() ?? Infinity)
  })
})

describe('a push to a branch of ours', () => {
  it('that a person took over makes its update due', async () => {
    const org = await pinned(bed)
    org.move('second')
    await bed.pass(hour)
    const branch = org.pulls(org.web)[0]?.headBranch ?? ''
    bed.github.commitAs(org.web, branch, 'maintainer', { 'NOTES.md': 'mine' })
    org.move('third')
    await bed.pass(hour)
    const { id } = await repoNamed(org.web)
    const { stores, log } = bed.house
    expect((await stores.updates.ofRepo(id)).map(({ state }) => state)).toEqual(['hands-off'])
    const later = new Date(bed.clock.now().getTime() + 10_000 * hour)
    const push = (name: string) => ({ ref: `refs/heads/${name}`, deleted: true, repository: { id, default_branch: 'main' } })
    const scheduled: string[] = []
    const dueWork = { schedule: async (items: readonly { readonly kind: string }[]) => void scheduled.push(...items.map(({ kind }) => kind)) }
    const ports = { repos: stores.repos, updates: stores.updates, rebuilds: stores.rebuilds, dueWork, now: () => later, log }
    await onPush(ports, push('underpin/other-12345678'))
    expect(scheduled).toEqual([])
    await onPush(ports, push(branch))

    expect(scheduled).toEqual(['deliver'])
  })
})
