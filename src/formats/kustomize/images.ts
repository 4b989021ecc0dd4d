/** Kustomize's `images`: what takes the place of the name, tag and digest of images in other files (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images). */
import { parseReference } from '../../domain/image/reference.ts'
import type { Skip } from '../../domain/repo/image-use.ts'
import { unfilled } from '../kubernetes/written.ts'
import { at, stringAt, textAt, type Tree } from '../tree.ts'
import { placeOf, type UseReader } from '../use-reader.ts'

const place = placeOf('override')

/** Writes the image of one entry. Tag and digest replace those of the image together, so both are read, and moved, where both are given. */
export function overrideUse(entry: Tree, uses: UseReader): void {
  const newName = textAt(entry, 'newName')
  const repository = newName !== null && newName.text !== '' ? newName : textAt(entry, 'name')
  if (repository === null || repository.text === '') return
  const tagTree = at(entry, 'newTag')
  const tag = tagTree?.kind === 'text' && tagTree.text.text !== '' ? tagTree : null
  const digest = textAt(entry, 'digest')
  const isPinned = digest !== null && digest.text !== ''
  const skip = unfilled(`${repository.text}${tag?.text.text ?? ''}${digest?.text ?? ''}`)
  if (skip !== null) return uses.skip(repository, place, skip)
  if (tag?.isTyped === true) return uses.addFields({ registry: null, repository, tag: tag.text, digest }, place, numberRefused)
  if (tag !== null || isPinned) return uses.addFields({ registry: null, repository, tag: tag?.text ?? null, digest }, place)
  if (repository !== newName && stringAt(entry, 'tagSuffix') === '') return
  const parsed = parseReference(repository.text)
  if (parsed.kind === 'reference' && parsed.reference.tag === null && parsed.reference.digest === null) {
    const message =
      stringAt(entry, 'tagSuffix') === '' ? 'the tag is that of the image in other files' : 'the tag is that of the image in other files, and a suffix'
    return uses.addFields({ registry: null, repository, tag: null, digest: null }, place, { code: 'incomplete', message })
  }
  uses.addPlain(repository, place)
}

const numberRefused: Skip = { code: 'ambiguous-number', message: 'Kustomize takes no number for newTag: it needs quotes' }
