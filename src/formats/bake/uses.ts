/** The builds and image uses of a bake file. */
import { type BuildRequest, declareBuild, declaredBuild, type Given, pathFrom, writeContexts } from '../build-request.ts'
import { embeddedDockerfile } from '../embedded-dockerfile.ts'
import type { Composing } from '../composing.ts'
import { entriesAt, type Tree } from '../tree.ts'
import { unknown } from '../unknown.ts'
import { scalarText } from '../yaml-number.ts'
import { knownText, writtenText } from './evaluation.ts'
import { type Target, targetsOf, textOf } from './targets.ts'

/** Declares what the targets build, and writes the images of their named contexts into `composing.uses`. */
export function bakeUses(composing: Composing): void {
  const { file, documents } = composing
  const isOverride = /\.override\.[^.]+$/.test(file.path)
  for (const document of documents)
    for (const target of targetsOf(document)) {
      writeContexts(givenBy(target.attributes.get('contexts')), composing.uses)
      const isWhole = !isOverride || target.attributes.has('context') || target.attributes.has('dockerfile')
      if (isWhole && !target.isOnlyParent) declareTarget(target, composing)
    }
}

function declareTarget(target: Target, composing: Composing): void {
  const platforms = target.attributes.get('platforms')
  const request: BuildRequest = {
    at: target.at,
    dockerfile: '',
    target: knownText(target.attributes.get('target') ?? null),
    args: givenBy(target.attributes.get('args')),
    contexts: givenBy(target.attributes.get('contexts')),
    platforms: platforms === undefined ? null : platforms.kind === 'list' ? platforms.items.map((item) => scalarText(item) ?? unknown) : [unknown],
  }
  const inline = target.attributes.get('dockerfile-inline')
  const dockerfile = dockerfileOf(target, composing.file.path)
  if (inline !== undefined) {
    const text = knownText(inline)
    if (text !== null) embeddedDockerfile(text, [declaredBuild(composing, request)], composing.uses)
  } else if (dockerfile !== null) declareBuild(composing, { ...request, dockerfile })
}

function dockerfileOf(target: Target, path: string): string | null {
  const context = textOf(target, 'context', '.')
  const dockerfile = textOf(target, 'dockerfile', 'Dockerfile')
  return context === null || dockerfile === null || /^[a-z]+:\/\//.test(context) ? null : pathFrom(pathFrom(folderOf(path, context), context), dockerfile)
}

/** Paths start where bake is run: beside its file, but at the root of the repo where they say so by starting with the folder of the file. */
function folderOf(path: string, context: string): string {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  return folder !== '' && context.replace(/^\.\//, '').startsWith(`${folder}/`) ? '' : folder
}

function givenBy(map: Tree | undefined): readonly Given[] {
  return entriesAt(map ?? null).map(({ key, keyAt, value }) => ({ name: key, at: keyAt, value: knownText(value), written: writtenText(value) }))
}
