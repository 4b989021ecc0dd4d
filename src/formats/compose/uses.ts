/** The image uses of a Compose file, and the builds that it declares. */
import { posix } from 'node:path'
import type { Role, Skip } from '../../domain/repo/image-use.ts'
import { declaredBuild } from '../build-request.ts'
import { embeddedDockerfile } from '../embedded-dockerfile.ts'
import { part, type Sourced } from '../sourced.ts'
import { itemsAt, stringAt, type Tree, textAt } from '../tree.ts'
import type { Composing } from '../composing.ts'
import { placeOf } from '../use-reader.ts'
import { readEnvFile } from './env-file.ts'
import { buildOf, type ServiceBuild, servicesOf, valueOf } from './services.ts'
import { interpolate, type Variables } from './variables.ts'

const imageScheme = 'docker-image://'

/** Writes the images of services, their builds, contexts and volumes. */
export function composeUses(composing: Composing): void {
  const { file, documents, surroundings, uses } = composing
  const [env] = surroundings.companions
  const variables = env === undefined ? new Map<string, Sourced>() : readEnvFile(env.bytes, uses.strideOf(env.path))
  const folder = posix.dirname(file.path)
  const services = documents.flatMap((document) => servicesOf(document).map(({ value }) => ({ service: value, build: buildOf(value, folder, variables) })))
  const imageOf = (service: Tree): string | null => valueOf(textAt(service, 'image'), variables)?.text ?? null
  const built = new Set(services.flatMap(({ service, build }) => (build === null ? [] : [imageOf(service)])))
  for (const { service, build } of services) {
    const name = imageOf(service)
    const isBuilt = build !== null || (name !== null && built.has(name))
    addImage(composing, service, isBuilt ? builtHere : null, variables)
    if (build !== null) addBuild(composing, build, variables)
    for (const volume of itemsAt(service, 'volumes')) {
      const source = stringAt(volume, 'type') === 'image' ? textAt(volume, 'source') : null
      if (source !== null) add(composing, source, 'volume', variables)
    }
  }
}

const builtHere: Skip = { code: 'built-here', message: 'a service of this file builds the image' }

function addImage(composing: Composing, service: Tree, because: Skip | null, variables: Variables): void {
  const image = textAt(service, 'image')
  if (image === null || image.text === '') return
  if (because !== null && interpolate(image, variables).unset.size > 0) return composing.uses.skip(image, placeOf('service'), because)
  add(composing, image, 'service', variables, valueOf(textAt(service, 'platform'), variables)?.text ?? null, because)
}

function add({ uses }: Composing, written: Sourced, role: Role, variables: Variables, platform: string | null = null, because: Skip | null = null): void {
  const place = placeOf(role, platform === '' ? null : platform)
  if (/\{\{|\{%|<%/.test(written.text)) return uses.skip(written, place, { code: 'template', message: 'a template fills it in' })
  uses.add(written, interpolate(written, variables), place, because)
}

function addBuild({ file, uses, declare }: Composing, build: ServiceBuild, variables: Variables): void {
  const { dockerfile, inline, contexts } = build
  const declared = declaredBuild({ file, uses }, { ...build, dockerfile: dockerfile ?? '' })
  if (inline !== null) embeddedDockerfile(interpolate(inline, variables, true).value, [declared], uses)
  else if (dockerfile !== null) declare(declared)
  for (const { written } of contexts) {
    if (written === null) continue
    const { value, unset } = interpolate(written, variables)
    const isPlain = written.text.startsWith(imageScheme)
    if (isPlain || value.text.startsWith(imageScheme))
      uses.add(isPlain ? part(written, imageScheme.length) : written, { value: part(value, imageScheme.length), unset }, placeOf('build-context'))
  }
}
