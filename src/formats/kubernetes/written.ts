/** How files around Kubernetes write images: references, and what stands for one until a tool fills it in. */
import { parseReference } from '../../domain/image/reference.ts'
import type { Skip } from '../../domain/repo/image-use.ts'
import type { Sourced } from '../sourced.ts'
import type { Place, UseReader } from '../use-reader.ts'

/** Stands for each character of a template's action where a template is read as YAML (`withoutActions`). */
export const hole = '\x7f'

/** Whether a template puts a part of `text` there. */
export function isHole(text: string): boolean {
  return text.includes('{{') || text.includes(hole) || text.includes('{%') || text.includes('<%')
}

/** Why `text` is known only once a tool has filled it in, or null where it stands as it is. */
export function unfilled(text: string): Skip | null {
  if (isHole(text)) return { code: 'template', message: 'a template fills this in' }
  if (text.startsWith('ko://')) return { code: 'template', message: 'ko builds this image, and writes its name here' }
  const variable = /\$(?:\{[^}]{0,200}\}|\([^)]{0,200}\)|[A-Za-z_]\w{0,99})/.exec(text)
  return variable === null ? null : { code: 'unresolved-variable', message: `${variable[0]} has no value in this file` }
}

/** Writes the image of a place that names nothing else. The empty text says that somebody else chooses. */
export function addImage(uses: UseReader, text: Sourced, place: Place): void {
  if (text.text === '') return
  const skip = unfilled(text.text)
  if (skip === null) uses.addPlain(text, place)
  else uses.skip(text, place, skip)
}

/** Whether `text` is a reference and nothing else, wherever it stands: it has a tag, a digest or a registry, and is no file. */
export function isClear(text: string): boolean {
  if (text.length > 1000 || isFile(text)) return false
  const parsed = parseReference(text)
  if (parsed.kind === 'invalid') return false
  const { tag, digest, spelling } = parsed.reference
  return digest !== null || tag !== null || hasHost(spelling)
}

/** Whether `name` says which registry it is in. */
export function hasHost(name: string): boolean {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(0, slash))
  return slash < name.length - 1 && (/[.:]/.test(first) || first === 'localhost')
}

/** Whether `text` is a reference with a tag or a digest. */
export function isTagged(text: string): boolean {
  const parsed = parseReference(text)
  return parsed.kind === 'reference' && (parsed.reference.tag !== null || parsed.reference.digest !== null)
}

/** Whether `text` names a file, a page or a picture: what `image` means to most programs. */
export function isFile(text: string): boolean {
  return /^(?:\.{0,2}\/|data:|[a-z][a-z+.-]*:\/\/)|\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|iso|img|qcow2|vhdx?|vmdk|raw|ova|tar|tgz|gz|xz|zst|zip)$/i.test(
    text,
  )
}
