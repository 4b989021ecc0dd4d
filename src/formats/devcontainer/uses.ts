/** The image and the build of a development container. Its features are artifacts of another kind, and no images. */
import { posix } from 'node:path'
import type { Skip } from '../../domain/repo/image-use.ts'
import { buildFlags, givenBy } from '../build-command.ts'
import { declareBuild, type Given, pathFrom } from '../build-request.ts'
import { part, type Sourced, SourcedBuilder, startIfUnbroken } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { at, entriesAt, itemsAt, textAt, type Tree } from '../tree.ts'
import { isKnown, unknown } from '../unknown.ts'
import { placeOf } from '../use-reader.ts'
import { scalarText } from '../yaml-number.ts'

/** Writes `image` into `composing.uses`, and declares what `build` says; `dockerFile` and `context` outside of it are its older form. */
export function devcontainerUses(composing: Composing): void {
  for (const document of composing.documents) {
    readImage(textAt(document, 'image'), composing)
    declareOwn(document, composing)
  }
}

function readImage(image: Sourced | null, { uses }: Composing): void {
  if (image === null || image.text === '') return
  const value = expand(image)
  if (!isKnown(value)) return uses.skip(image, placeOf('container'), image.text.includes('${templateOption:') ? filledIn : decidedThere)
  if (startIfUnbroken(value) === null) uses.note({ value, what: 'what else reads the variable', takesTags: true })
  uses.add(image, { value, unset: new Set() }, placeOf('container'))
}

const filledIn: Skip = { code: 'template', message: 'the options of the template that it belongs to fill it in' }
const decidedThere: Skip = { code: 'unresolved-variable', message: 'its variables have a value only where the container is made' }

function declareOwn(document: Tree, composing: Composing): void {
  const dockerfile = ['dockerfile', 'dockerFile'].map((key) => textAt(document, 'build', key) ?? textAt(document, key)).find((text) => text !== null) ?? null
  const found = dockerfile === null ? null : pathFrom(posix.dirname(composing.file.path), expand(dockerfile).text)
  if (dockerfile === null || found === null) return
  const options = itemsAt(document, 'build', 'options').map((item) => expand(scalarText(item) ?? unknown))
  const flags = buildFlags(options)
  const args = entriesAt(document, 'build', 'args').map(({ key, keyAt, value }): Given => {
    const text = expand(scalarText(value) ?? unknown)
    return { name: key, at: keyAt, value: isKnown(text) ? text : null, written: null }
  })
  const target = scalarText(at(document, 'build', 'target'))
  declareBuild(composing, {
    at: startIfUnbroken(dockerfile) ?? 0,
    dockerfile: found,
    target: target === null ? (flags.targets.at(-1) ?? null) : expand(target),
    args: [...args, ...flags.args.map((word) => givenBy(word, () => null))],
    contexts: flags.contexts.map((word) => givenBy(word, () => null)),
    platforms: flags.platforms.length === 0 ? null : flags.platforms,
  })
}

/** Variables of the editor are known only where it runs, but for the default of one of its environment (`${localEnv:NAME:default}`). */
function expand(text: Sourced): Sourced {
  const out = new SourcedBuilder()
  let done = 0
  for (const found of text.text.matchAll(/\$\{([^{}]*)\}/g)) {
    const otherwise = /^localEnv:[^:]*:(.*)$/.exec(found[1] ?? '')?.[1]
    const end = found.index + found[0].length - 1
    out.addAll(text, done, found.index)
    out.addAll(otherwise !== undefined ? part(text, end - otherwise.length, end) : unknown)
    done = end + 1
  }
  out.addAll(text, done)
  return done === 0 ? text : out.take()
}
