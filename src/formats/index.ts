/** The table of file formats. */
import { azurePipelines } from './azure-pipelines/index.ts'
import { bake } from './bake/index.ts'
import { bitbucketPipelines } from './bitbucket-pipelines/index.ts'
import { circleci } from './circleci/index.ts'
import { cloudBuild } from './cloud-build/index.ts'
import { compose } from './compose/index.ts'
import { devcontainer } from './devcontainer/index.ts'
import { dockerfile } from './dockerfile/index.ts'
import { drone } from './drone/index.ts'
import { earthfile } from './earthfile/index.ts'
import type { FileFormat } from './file-format.ts'
import { githubActions } from './github-actions/index.ts'
import { gitlabCi } from './gitlab-ci/index.ts'
import { helm } from './helm/index.ts'
import { kubernetes } from './kubernetes/index.ts'
import { kustomize } from './kustomize/index.ts'
import { quadlet } from './quadlet/index.ts'
import { skaffold } from './skaffold/index.ts'
import { woodpecker } from './woodpecker/index.ts'

/** Every format; a path belongs to the first that matches. */
export const formats: readonly FileFormat[] = [
  dockerfile,
  compose,
  githubActions,
  gitlabCi,
  devcontainer,
  bake,
  circleci,
  woodpecker,
  drone,
  azurePipelines,
  bitbucketPipelines,
  earthfile,
  quadlet,
  cloudBuild,
  skaffold,
  helm,
  kustomize,
  kubernetes,
]

/** The format of the file at `path`, or null where none reads it. */
export function formatFor(path: string): FileFormat | null {
  return formats.find((format) => format.matches(path)) ?? null
}

/** The format of that name. Throws on a name that is not in the table. */
export function formatNamed(id: string): FileFormat {
  const format = formats.find((candidate) => candidate.id === id)
  if (format === undefined) throw new Error(`no such file format: ${id}`)
  return format
}

/** Paths of the files that say more about the one at `path`. */
export function companionPaths({ companionNames }: FileFormat, path: string): readonly string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  return companionNames.map((name) => `${folder}${name}`)
}

/** Whether a file at `path` may say more about one beside it. */
export function mayBeCompanion(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return formats.some(({ companionNames }) => companionNames.includes(name))
}
