/** `npm run demo`: the whole product on stand-ins, from a base image and a security feed that move to pull requests and rebuilds. Its images, packages and vulnerabilities are made up. `--json` prints the journal, `--keep` leaves it running. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createLog } from '../../src/app/log.ts'
import { type Loop, startLoop } from '../support/loop.ts'
import { until } from '../support/until.ts'
import { startPublisher } from '../stand-ins/publisher.ts'
import { debianSettings, publishArchive, publishTracker } from '../support/debian.ts'
import { after, before, cacheTag, cryptHole, newerCacheTags, otherHole, pushPython, pushRedis, tlsHole, zoneHole } from './images.ts'
import { createRepos, type DemoRepo } from './repos.ts'
import { diffOf, step, tell, tellDiff } from './tell.ts'

const hour = 60 * 60 * 1000
const week = 7 * 24 * hour

type PullRequest = {
  readonly repo: string
  readonly number: number
  readonly branch: string
  readonly title: string
  readonly body: string
  readonly diff: readonly string[]
}

const started = performance.now()
const flags = new Set(process.argv.slice(2))
const unknown = [...flags].filter((flag) => !['--json', '--keep', '--verbose'].includes(flag))
if (unknown.length > 0) {
  process.stderr.write(`the demo does not know ${unknown.join(', ')}; it takes --json, --keep and --verbose\n`)
  process.exit(2)
}
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'underpin-demo-'))
// As root, PostgreSQL runs as another user, who has to reach it.
chmodSync(dataDir, 0o755)

step('Starting')
const redisUrl = process.env['REDIS_URL']
const log = createLog({ level: flags.has('--verbose') ? 'debug' : 'warn' })
const publisher = await startPublisher()
publishTracker(publisher, [otherHole])
publishArchive(publisher, [])
const operatorFile = `deliverGatherSeconds: 0.5\nsweepSeconds: 1\n${debianSettings(publisher)}`
const loop = await startLoop({ databaseUrl: null, dataDir, log, operatorFile, ...(redisUrl === undefined ? {} : { redisUrl }) })
tell('PostgreSQL   embedded, a real server from npm', `queue        BullMQ on ${redisUrl === undefined ? 'PostgreSQL' : 'Redis'}`)
tell(
  `GitHub       stand-in at ${loop.github.url}`,
  `registry     stand-in at ${loop.registry.host}`,
  `Debian       stand-in at ${publisher.origin}: its security tracker and its archive`,
)

// However it ends, the database ends with it: it is a process of its own and would outlive us.
const end = async (code: number) => {
  await loop.close()
  await publisher.close()
  rmSync(dataDir, { recursive: true, force: true })
  process.exit(code)
}
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => void end(flags.has('--keep') ? 0 : code))
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => void end(0))

try {
  const journal = await story(loop)
  if (flags.has('--json')) await new Promise((resolve) => process.stdout.write(`${JSON.stringify(journal, null, 2)}\n`, resolve))
  step(`Done in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  tell(
    `GitHub was asked ${journal.requests.rest + journal.requests.graphql} times (tokens: ${journal.requests.tokens}); the registry ${journal.lookUps.length} times.`,
  )
  if (flags.has('--keep')) tell(`It goes on running; Ctrl-C ends it. GitHub stand-in ${loop.github.url}, registry ${loop.registry.host}`)
  else await end(0)
} catch (error) {
  console.error(error)
  await end(1)
}

async function story(loop: Loop) {
  const { github, registry, clock, house, app } = loop
  const old = {
    python: pushPython(registry, before, publisher),
    node: registry.pushImage('library/node', '22-alpine', { label: 'node' }).digest,
    redis: pushRedis(registry, cacheTag, publisher),
  }
  const repos = createRepos(github, registry, old, clock.now())

  step('The app is installed on acme')
  const installationId = github.install(app.appId, 'acme', 'all')
  await loop.idle()
  tellWebhooks(loop, 0)
  const remembered = await house.stores.repos.ofInstallation(installationId)
  for (const { name, about } of repos) {
    const repo = remembered.find((candidate) => `acme/${candidate.name}` === name)
    const discovery = repo === undefined ? null : await house.stores.repos.discovery(repo.id)
    tell(`${name.padEnd(22)} ${about}`)
    for (const use of discovery?.branches[0].uses ?? []) {
      tell(`  ${use.file}:${use.line}`.padEnd(26) + `${use.role.padEnd(10)} ${use.text}`)
      for (const place of new Set(use.edits.map(({ file }) => file))) if (place !== use.file) tell(`${' '.repeat(37)}given in ${place}`)
    }
  }

  step('A base image moves, and brings a fix that the feed knows')
  const seenRequests = registry.requests.length
  const seenWebhooks = github.journal.entries.length
  publishTracker(publisher, [otherHole, tlsHole])
  const now = pushPython(registry, after, publisher)
  tell(`library/python:3.12-slim`, `  was ${old.python}`, `  is  ${now}`)
  clock.advance(hour)
  await loop.idle()
  step('The look-up: one question, whatever the number of repos, and one look into each image')
  for (const { method, path: asked, status } of registry.requests.slice(seenRequests)) tell(`${method.padEnd(5)} ${asked} → ${status}`)

  step('The decisions, with their reasons')
  const decisions = await tellDecisions(loop, installationId)

  step('The pull requests')
  const pullRequests = tellPullRequests(loop, repos, [])
  tellWebhooks(loop, seenWebhooks)

  step('The rebuild that no commit can replace')
  await tellRebuild(loop, 'because the base that acme/billing-legacy follows has moved')

  step('An image gets newer tags, and the policy of acme/shop lets it move within its major version')
  for (const tag of newerCacheTags) pushRedis(registry, tag, publisher)
  tell(`library/redis has new tags beside ${cacheTag}: ${newerCacheTags.join(', ')}`)
  clock.advance(2 * hour)
  await loop.idle()
  const tagPullRequests = tellPullRequests(loop, repos, pullRequests)

  step('A feed moves something: the new base carries a fix of which nobody knew')
  publishTracker(publisher, [otherHole, tlsHole, zoneHole])
  tell(`the tracker says ${zoneHole.id}: ${zoneHole.source} is fixed in ${zoneHole.fixed}, which the new digest has and the old one has not`)
  clock.advance(hour)
  await loop.idle()
  const described = repos
    .flatMap(({ name }) => github.pullRequests(name).map(({ number, title, body }) => ({ repo: name, number, title, body })))
    .filter(({ body }) => ![...pullRequests, ...tagPullRequests].some((told) => told.body === body))
  for (const { repo, number, title } of described) tell(`${repo}#${number} is told anew, without a commit: ${title}`)

  step('A feed moves something: Debian has a fix that nobody has put into the base yet')
  publishTracker(publisher, [otherHole, tlsHole, zoneHole, cryptHole])
  publishArchive(publisher, [{ name: 'libdemocrypt1', version: '1:4.4-2+deb12u1', source: 'democrypt' }])
  tell(`the tracker says ${cryptHole.id}: ${cryptHole.source} is fixed in ${cryptHole.fixed}, and the archive has it; python:3.12-slim does not`)
  clock.advance(hour)
  await loop.idle()
  const feedDecisions = await tellDecisions(loop, installationId)
  await tellRebuild(loop, 'because acme/billing-legacy upgrades its packages when it is built, and a build without a cache brings the fix in')

  step('The clock goes on')
  clock.advance(week)
  await loop.idle()
  await tellRebuild(loop, 'the clock is moved on by a week, past the time in the policy: the repo’s own cron would have been switched off after 60 quiet days')

  step('One is merged')
  github.merge('acme/web', 1, 'maintainer')
  await loop.idle()
  const web = remembered.find(({ name }) => name === 'web')
  for (const update of web === undefined ? [] : await house.stores.updates.ofRepo(web.id))
    tell(`${update.key.group} is ${update.state}; nothing more is open for it`)

  const requests = github.countRequests()
  const tags = {
    'library/python:3.12-slim': registry.digestOf('library/python', '3.12-slim'),
    'library/node:22-alpine': registry.digestOf('library/node', '22-alpine'),
    ...Object.fromEntries([cacheTag, ...newerCacheTags].map((tag) => [`library/redis:${tag}`, registry.digestOf('library/redis', tag)])),
  }
  const lookUps = registry.requests.map(({ method, path: asked, status }) => ({ method, path: asked, status }))
  const rebuilds = github
    .runs('acme/billing-legacy')
    .map(({ id, event, inputs, status, conclusion }) => ({ repo: 'acme/billing-legacy', run: id, event, inputs, status, conclusion }))
  const webhooks = github.journal.entries
    .filter(({ kind }) => kind === 'webhook')
    .map(({ at, method, what, status, guid }) => ({ at, event: method, action: what, status, guid }))
  github.assertNoViolations()
  return {
    registry: { host: registry.host, tags },
    webhooks,
    lookUps,
    decisions: [...decisions, ...feedDecisions],
    pullRequests,
    tagPullRequests,
    described,
    rebuilds,
    requests,
    github: github.journal.toJSON(),
  }
}

function tellWebhooks({ github }: Loop, from: number): void {
  for (const entry of github.journal.entries.slice(from))
    if (entry.kind === 'webhook') tell(`webhook ${entry.method}${entry.what === '' ? '' : `.${entry.what}`} → ${entry.status}`)
}

async function tellDecisions({ house }: Loop, installationId: number) {
  const all = []
  for (const repo of await house.stores.repos.ofInstallation(installationId)) {
    for (const { subject, decision } of await house.stores.decisions.ofRepo(repo.id)) {
      const about = subject.kind === 'image-use' ? subject.file : 'build'
      tell(`${`${repo.owner}/${repo.name}`.padEnd(22)} ${about}: ${decision.kind}`)
      for (const { text, rule } of decision.reasons) tell(`    ${text} (${rule})`)
      all.push({ repo: `${repo.owner}/${repo.name}`, subject, decision })
    }
  }
  return all
}

/** The pull requests that are not among `told`, of which the first is shown with its body. */
function tellPullRequests({ github }: Loop, repos: readonly DemoRepo[], told: readonly PullRequest[]): readonly PullRequest[] {
  const all = repos.flatMap(({ name }) =>
    github
      .pullRequests(name)
      .filter(({ number }) => !told.some((other) => other.repo === name && other.number === number))
      .map((request): PullRequest => {
        const [before, after] = [github.files(name), github.files(name, request.headBranch)]
        const changed = Object.keys(after).filter((file) => before[file] !== after[file])
        const diff = changed.flatMap((file) => diffOf(file, before[file] ?? '', after[file] ?? ''))
        return { repo: name, number: request.number, branch: request.headBranch, title: request.title, body: request.body, diff }
      }),
  )
  for (const [index, request] of all.entries()) {
    tell(`${request.repo}#${request.number}  ${request.title}`, `  branch ${request.branch}`)
    tellDiff(request.diff)
    if (index === 0) tell('', ...request.body.split('\n').map((line) => `│ ${line}`))
    tell('')
  }
  return all
}

/** Waits for the run, ends it as GitHub would, and shows that its end was noticed. */
async function tellRebuild(loop: Loop, why: string): Promise<void> {
  const { github, house } = loop
  const repo = await house.stores.repos.find('acme', 'billing-legacy')
  if (repo === null) throw new Error('acme/billing-legacy is not remembered')
  const newest = async () => (await house.stores.rebuilds.ofRepo(repo.id, 1))[0] ?? null
  const running = await until('a rebuild runs', async () => {
    const rebuild = await newest()
    return rebuild?.state === 'running' && rebuild
  })
  tell(
    why,
    `  cause ${running.cause}`,
    `  workflow_dispatch ${running.workflow} on ${running.ref} with ${JSON.stringify(running.inputs)} → run ${running.runId}`,
  )
  github.completeRun(running.runId ?? 0, 'success')
  await loop.idle()
  const finished = await newest()
  tell(`  ${finished?.state}: ${finished?.conclusion}`)
}
