/** The builds and image uses of a bake file. */
import { type BuildRequest, declareBuild, type Given, pathFrom, writeContexts } from '../build-request.ts'
import type { Composing } from '../tree-format.ts'
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
      const request = requestOf(target, file.path)
      const isWhole = !isOverride || target.attributes.has('context') || target.attributes.has('dockerfile')
      if (request !== null && isWhole && !target.isOnlyParent) declareBuild(composing, request)
    }
}

function requestOf(target: Target, path: string): BuildRequest | null {
  const context = textOf(target, 'context', '.')
  const dockerfile = textOf(target, 'dockerfile', 'Dockerfile')
  if (context === null || dockerfile === null || /^[a-z]+:\/\//.test(context) || target.attributes.has('dockerfile-inline')) return null
  const found = pathFrom(pathFrom(folderOf(path, context), context), dockerfile)
  const platforms = target.attributes.get('platforms')
  return found === null
    ? null
    : {
        at: target.at,
        dockerfile: found,
        target: knownText(target.attributes.get('target') ?? null),
        args: givenBy(target.attributes.get('args')),
        contexts: givenBy(target.attributes.get('contexts')),
        platforms: platforms === undefined ? null : platforms.kind === 'list' ? platforms.items.map((item) => scalarText(item) ?? unknown) : [unknown],
      }
}

/** Paths start where bake is run: beside its file, but at the root of the repo where they say so by starting with the folder of the file. */
function folderOf(path: string, context: string): string {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
  return folder !== '' && context.replace(/^\.\//, '').startsWith(`${folder}/`) ? '' : folder
}

function givenBy(map: Tree | undefined): readonly Given[] {
  return entriesAt(map ?? null).map(({ key, keyAt, value }) => ({ name: key, at: keyAt, value: knownText(value), written: writtenText(value) }))
}
