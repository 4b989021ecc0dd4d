/** Services of a Compose file, and how those that are built here are built (https://github.com/compose-spec/compose-spec/blob/main/build.md). */
import type { Given } from '../build-request.ts'
import { pathFrom } from '../build-request.ts'
import type { Sourced } from '../sourced.ts'
import { at, type Entry, entriesAt, itemsAt, type Tree, textAt } from '../tree.ts'
import { byteAt, part } from '../sourced.ts'
import { scalarText } from '../yaml-number.ts'
import { interpolate, type Variables } from './variables.ts'

/** What the services of the document are: those of `services`, or, in the form that has no such key, all that looks like one. */
export function servicesOf(document: Tree): readonly Entry[] {
  if (at(document, 'services') !== null) return entriesAt(document, 'services')
  const isOld = entriesAt(document).every(({ value }) => value.kind === 'map') && at(document, 'volumes') === null
  return isOld ? entriesAt(document).filter(({ key, value }) => !key.startsWith('x-') && (textAt(value, 'image') !== null || at(value, 'build') !== null)) : []
}

/** How a service is built. `context` and `dockerfile` are paths from the root of the repo, null where they are not known or elsewhere. */
export type ServiceBuild = {
  readonly at: number
  readonly dockerfile: string | null
  readonly inline: Sourced | null
  readonly target: Sourced | null
  readonly args: readonly Given[]
  readonly contexts: readonly Given[]
  readonly platforms: readonly Sourced[] | null
}

/** The build of `service` in a file in `folder`, or null where it has none. */
export function buildOf(service: Tree, folder: string, variables: Variables): ServiceBuild | null {
  const build = at(service, 'build')
  if (build === null || build.kind === 'none' || build.kind === 'list') return null
  const known = (text: Sourced | null): Sourced | null => valueOf(text, variables)
  const context = build.kind === 'text' ? build.text : textAt(build, 'context')
  const folderOf = context === null ? pathFrom(folder, '.') : localFolder(folder, known(context))
  const named = textAt(build, 'dockerfile')
  const name = named === null ? 'Dockerfile' : (known(named)?.text ?? null)
  const platforms = at(build, 'platforms') === null ? [textAt(service, 'platform')].filter((text) => text !== null) : textsOf(itemsAt(build, 'platforms'))
  const knownPlatforms = platforms.map(known).filter((text) => text !== null)
  const given = (key: string, alone: (name: string) => Sourced | null): readonly Given[] =>
    pairsAt(build, key).map(({ name: of, at: from, text }) => ({ name: of, at: from, value: text === null ? alone(of) : known(text), written: text }))
  return {
    at: build.at,
    dockerfile: folderOf === null || name === null ? null : pathFrom(folderOf, name),
    inline: textAt(build, 'dockerfile_inline'),
    target: known(textAt(build, 'target')),
    args: given('args', (arg) => variables.get(arg) ?? null),
    contexts: given('additional_contexts', () => null),
    platforms: knownPlatforms.length === 0 || knownPlatforms.length < platforms.length ? null : knownPlatforms,
  }
}

/** The value of a text, or null where it is not known. */
export function valueOf(text: Sourced | null, variables: Variables): Sourced | null {
  if (text === null) return null
  const { value, unset } = interpolate(text, variables)
  return unset.size === 0 ? value : null
}

/** Contexts may also be repositories and archives elsewhere. */
function localFolder(folder: string, context: Sourced | null): string | null {
  if (context === null || /^(?:[a-z+]+:\/\/|git@|github\.com\/)|\.git(?:#|$)/i.test(context.text)) return null
  return pathFrom(folder, context.text === '' ? '.' : context.text)
}

const textsOf = (trees: readonly Tree[]): readonly Sourced[] => trees.flatMap((tree) => (tree.kind === 'text' ? [tree.text] : []))

/** Names with values, as a map or as a list of `name=value`; a null `text` where only the name is given, or a number that reads otherwise than it is written. */
function pairsAt(tree: Tree, key: string): readonly { readonly name: string; readonly at: number; readonly text: Sourced | null }[] {
  const pairs = entriesAt(tree, key).map(({ key: name, keyAt, value }) => ({ name, at: keyAt, text: scalarText(value) }))
  const items = textsOf(itemsAt(tree, key)).map((item) => {
    const equals = item.text.indexOf('=')
    const name = equals < 0 ? item.text : item.text.slice(0, equals)
    return { name, at: byteAt(item, 0), text: equals < 0 ? null : part(item, equals + 1) }
  })
  return [...pairs, ...items]
}
