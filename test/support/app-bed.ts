/** One running loop per test file, and a fresh organisation for each test in it. */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { migrateQueue } from '../../src/adapters/queue/index.ts'
import type { FileChanges, PullRequest } from '../stand-ins/github/index.ts'
import { createTestDatabase } from '../stand-ins/postgres.ts'
import { type Loop, startLoop } from './loop.ts'

export const hour = 60 * 60 * 1000
export const week = 7 * 24 * hour

export type AppBed = Loop & {
  /** An organisation with the app on all its repos. */
  organisation(): Organisation
  /** Time passes and the loop comes to rest. */
  pass(ms: number): Promise<void>
  stop(): Promise<void>
}

export type Organisation = {
  readonly name: string
  readonly installationId: number
  /** The image's name in a Dockerfile; each organisation has its own, so that tests do not share upstream questions. */
  readonly image: string
  /** Points the image's tag at a new image made from `label`; gives its digest. */
  move(label: string, tag?: string): string
  /** A repo with files; gives its full name. */
  repo(name: string, files: FileChanges, more?: Omit<Parameters<Loop['github']['createRepo']>[1], 'files'>): string
  pulls(name: string): readonly PullRequest[]
}

/** Starts it on a database of its own. `operatorFile`: lines of YAML. */
export async function startAppBed(
  options: { readonly gatherSeconds?: number; readonly operatorFile?: string; readonly redisUrl?: string } = {},
): Promise<AppBed> {
  const database = await createTestDatabase()
  await migrateQueue({ connectionString: database.url })
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'underpin-app-'))
  const operatorFile = `deliverGatherSeconds: ${options.gatherSeconds ?? 0.2}\nsweepSeconds: 1\n${options.operatorFile ?? ''}`
  const loop = await startLoop({ databaseUrl: database.url, dataDir, operatorFile, ...(options.redisUrl === undefined ? {} : { redisUrl: options.redisUrl }) })
  let organisations = 0
  return {
    ...loop,
    organisation: () => {
      organisations += 1
      return organisation(loop, `org${organisations}`)
    },
    pass: async (ms) => {
      loop.clock.advance(ms)
      await loop.idle()
    },
    stop: async () => {
      await loop.close()
      await database.drop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function organisation({ github, registry, app }: Loop, name: string): Organisation {
  const repository = `${name}/base`
  return {
    name,
    installationId: github.install(app.appId, name, 'all'),
    image: `${registry.host}/${repository}`,
    move: (label, tag = '1') => registry.pushImage(repository, tag, { label: `${name} ${label}` }).digest,
    repo: (repo, files, more = {}) => {
      github.createRepo(`${name}/${repo}`, { files, ...more })
      return `${name}/${repo}`
    },
    pulls: (repo) => github.pullRequests(repo),
  }
}
