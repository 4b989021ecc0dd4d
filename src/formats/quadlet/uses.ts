/** The image uses and builds of a Quadlet unit. */
import { posix } from 'node:path'
import type { Role, Skip } from '../../domain/repo/image-use.ts'
import { givenBy } from '../build-command.ts'
import { declareBuild, type Given, pathFrom, startOf } from '../build-request.ts'
import { shellSteps } from '../shell-commands.ts'
import { fromBuilder, part, type Sourced } from '../sourced.ts'
import type { Composing } from '../composing.ts'
import { placeOf } from '../use-reader.ts'
import { allOf, lastOf, type Setting } from './unit.ts'

/** Writes the image of a container, a volume or an image unit and those that are mounted, and declares what a build unit builds; its `ImageTag` is an output. */
export function unitUses(settings: readonly Setting[], composing: Composing): void {
  add(lastOf(settings, 'Container', 'Image'), 'container', null, composing)
  add(lastOf(settings, 'Image', 'Image'), 'container', platformOf(settings), composing)
  add(lastOf(settings, 'Volume', 'Image'), 'volume', null, composing)
  for (const mount of allOf(settings, 'Container', 'Mount')) add(mountedImage(mount), 'volume', null, composing)
  declareUnit(settings, composing)
}

function platformOf(settings: readonly Setting[]): string | null {
  const os = lastOf(settings, 'Image', 'OS')?.text ?? 'linux'
  const arch = lastOf(settings, 'Image', 'Arch')?.text
  const variant = lastOf(settings, 'Image', 'Variant')?.text
  return arch === undefined ? null : [os, arch, ...(variant === undefined ? [] : [variant])].join('/')
}

/** Other units, by whose names an image is meant that they pull or build. */
const otherUnit = /\.(?:image|build)$/

/** How a reference may start (https://github.com/containers/image/blob/main/docs/containers-transports.5.md): of the others none is in a registry. */
const transport = /^(?:(docker:\/\/)|(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|ostree|sif):)/

const template: Skip = { code: 'template', message: 'a template fills this in' }
const specifier: Skip = { code: 'unresolved-variable', message: 'its specifiers have a value only where the unit runs' }
const local: Skip = { code: 'built-here', message: 'localhost is the storage of the machine, where it was built' }

function add(image: Sourced | null, role: Role, platform: string | null, { uses }: Composing): void {
  if (image === null || otherUnit.test(image.text)) return
  const [prefix = '', docker] = transport.exec(image.text) ?? []
  if (prefix !== '' && docker === undefined) return
  const name = part(image, prefix.length)
  const skip = /\{\{|\{%|<%/.test(name.text) ? template : /[%$]/.test(name.text) ? specifier : name.text.startsWith('localhost/') ? local : null
  if (skip === null || skip === local) uses.add(name, { value: name, unset: new Set() }, placeOf(role, platform), skip)
  else uses.skip(name, placeOf(role, platform), skip)
}

/** `type=image,source=…`, the options in any order. */
function mountedImage(mount: Sourced): Sourced | null {
  const options = [...mount.text.matchAll(/[^,]+/g)]
  if (!options.some(([option]) => option === 'type=image')) return null
  const source = options.find(([option]) => /^(?:source|src)=/.test(option))
  return source === undefined ? null : part(mount, source.index + source[0].indexOf('=') + 1, source.index + source[0].length)
}

/** Contexts that the builder gets from elsewhere. */
const isRemote = /^(?:[a-z]+:\/\/|git@|github\.com\/)|\.git(?:#|$)/

/** The context is the folder of the unit, the one of its file, or another one that is given. */
function declareUnit(settings: readonly Setting[], composing: Composing): void {
  const file = lastOf(settings, 'Build', 'File')
  const context = lastOf(settings, 'Build', 'SetWorkingDirectory')
  const unitFolder = posix.dirname(composing.file.path)
  if (!settings.some(({ section }) => section === 'Build')) return
  const folder = context === null || /^(?:unit|file)$/.test(context.text) ? unitFolder : pathFrom(unitFolder, context.text)
  const dockerfile = pathFrom(folder, file?.text ?? 'Containerfile')
  if (dockerfile === null || /[%:]/.test(dockerfile) || (context !== null && isRemote.test(context.text))) return
  const args = allOf(settings, 'Build', 'BuildArg').flatMap((line) =>
    shellSteps(line, () => null).flatMap((step) => (step.kind === 'command' ? step.words.map((word): Given => givenBy(word, () => null)) : [])),
  )
  const arch = lastOf(settings, 'Build', 'Arch')
  const first = settings.find(({ section }) => section === 'Build')
  declareBuild(composing, {
    at: startOf(file ?? first?.value ?? fromBuilder('')),
    dockerfile,
    target: lastOf(settings, 'Build', 'Target'),
    args,
    contexts: [],
    platforms: arch === null ? null : [fromBuilder(`linux/${arch.text}`)],
  })
}
