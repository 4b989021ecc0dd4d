/** The image uses and builds of a Skaffold configuration. */
import { posix } from 'node:path'
import type { Role, Skip } from '../../domain/repo/image-use.ts'
import { declareBuild, type Given, pathFrom } from '../build-request.ts'
import { part, type Sourced } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, itemsAt, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf } from '../use-reader.ts'
import { scalarText } from '../yaml-number.ts'

/** Declares what the artifacts of the file and of its profiles build, and writes what they stand on and what runs beside them. Their own names are outputs. */
export function skaffoldUses(composing: Composing): void {
  for (const document of composing.documents) {
    if (!stringAt(document, 'apiVersion').startsWith('skaffold/')) continue
    const pipelines = [document, ...itemsAt(document, 'profiles')]
    const built = new Set(pipelines.flatMap((pipeline) => itemsAt(pipeline, 'build', 'artifacts').map((artifact) => stringAt(artifact, 'image'))))
    for (const pipeline of pipelines) readPipeline(pipeline, built, composing)
  }
}

function readPipeline(pipeline: Tree, built: ReadonlySet<string>, composing: Composing): void {
  const build = at(pipeline, 'build')
  for (const artifact of itemsAt(build, 'artifacts')) readArtifact(artifact, build, built, composing)
  for (const { key, value } of entriesAt(build, 'googleCloudBuild')) if (key.endsWith('Image')) add(scalarText(value), 'container', built, composing)
  for (const test of itemsAt(pipeline, 'verify')) readContainer(at(test, 'container'), built, composing)
  for (const action of itemsAt(pipeline, 'customActions')) for (const container of itemsAt(action, 'containers')) readContainer(container, built, composing)
}

function readContainer(container: Tree | null, built: ReadonlySet<string>, composing: Composing): void {
  add(textAt(container, 'image'), 'container', built, composing)
}

const builtHere: Skip = { code: 'built-here', message: 'an artifact of this file is the image' }

/** Builders but Docker and kaniko take no Dockerfile; some say what they build on. */
function readArtifact(artifact: Tree, build: Tree | null, built: ReadonlySet<string>, composing: Composing): void {
  add(textAt(artifact, 'jib', 'fromImage'), 'stage', built, composing)
  add(textAt(artifact, 'ko', 'fromImage'), 'stage', built, composing)
  for (const key of ['buildpack', 'buildpacks']) {
    add(textAt(artifact, key, 'builder'), 'container', built, composing)
    add(textAt(artifact, key, 'runImage'), 'stage', built, composing)
  }
  for (const key of ['image', 'initImage']) add(textAt(artifact, 'kaniko', key), 'container', built, composing)
  const others = ['bazel', 'jib', 'ko', 'buildpack', 'buildpacks', 'custom']
  if (!others.some((builder) => at(artifact, builder) !== null)) declareArtifact(artifact, build, composing)
}

function declareArtifact(artifact: Tree, build: Tree | null, composing: Composing): void {
  const builder = at(artifact, 'docker') ?? at(artifact, 'kaniko')
  const path = (tree: Tree | null, key: string, otherwise: string): string => textAt(tree, key)?.text ?? otherwise
  const context = pathFrom(posix.dirname(composing.file.path), path(artifact, 'context', path(artifact, 'workspace', '.')))
  const dockerfile = pathFrom(context, path(builder, 'dockerfile', path(builder, 'dockerfilePath', 'Dockerfile')))
  if (context === null || dockerfile === null || hasHole(dockerfile)) return
  const args = entriesAt(builder, 'buildArgs').map(({ key, keyAt, value }): Given => {
    const written = scalarText(value)
    return { name: key, at: keyAt, value: written === null || hasHole(written.text) ? null : written, written }
  })
  const required = itemsAt(artifact, 'requires').map((one): Given => {
    const name = stringAt(one, 'alias') === '' ? stringAt(one, 'image') : stringAt(one, 'alias')
    return { name, at: one.at, value: null, written: null }
  })
  const own = itemsAt(artifact, 'platforms')
  const platforms = (own.length > 0 ? own : itemsAt(build, 'platforms')).flatMap((item) => (item.kind === 'text' ? [item.text] : []))
  const target = textAt(builder, 'target')
  declareBuild(composing, {
    at: artifact.at,
    dockerfile,
    target: target === null || hasHole(target.text) ? null : target,
    args: [...args, ...required],
    contexts: [],
    platforms: platforms.length === 0 ? null : platforms,
  })
}

/** Go's templates are filled in with the environment. */
const hasHole = (text: string): boolean => text.includes('{{')

function add(image: Sourced | null, role: Role, built: ReadonlySet<string>, { uses }: Composing): void {
  if (image === null || image.text === '' || image.text.startsWith('tar://')) return
  const scheme = /^(?:docker|registry):\/\//.exec(image.text)?.[0] ?? ''
  const name = part(image, scheme.length)
  if (built.has(name.text)) return uses.skip(name, placeOf(role), builtHere)
  if (hasHole(name.text)) return uses.skip(name, placeOf(role), { code: 'template', message: 'the environment fills this in' })
  uses.addPlain(name, placeOf(role))
}
