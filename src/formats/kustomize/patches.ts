/** Patches inside a kustomization: objects as text or as they are, and JSON patches (RFC 6902). */
import { embeddedDocuments } from '../kubernetes/embedded.ts'
import { containerUses, objectUses } from '../kubernetes/objects.ts'
import { addImage } from '../kubernetes/written.ts'
import type { Sourced } from '../sourced.ts'
import { at, itemsAt, stringAt, type Tree } from '../tree.ts'
import { placeOf, type UseReader } from '../use-reader.ts'

/** Writes the images of all patches that `tree` holds: `patches`, `patchesStrategicMerge`, `patchesJson6902`. */
export function patchesUses(tree: Tree, uses: UseReader): void {
  for (const item of [...itemsAt(tree, 'patches'), ...itemsAt(tree, 'patchesJson6902')]) {
    const patch = at(item, 'patch')
    if (patch !== null) patchUses(patch, uses)
  }
  for (const item of itemsAt(tree, 'patchesStrategicMerge')) patchUses(item, uses)
}

/** A text in one line is the path of a file. */
function patchUses(patch: Tree, uses: UseReader): void {
  if (patch.kind !== 'text') return documentUses(patch, uses)
  if (patch.text.text.includes('\n') || patch.text.text.startsWith('{') || patch.text.text.startsWith('[')) textUses(patch.text, uses)
}

function textUses(text: Sourced, uses: UseReader): void {
  if (!/image/i.test(text.text)) return
  for (const document of embeddedDocuments(text, uses)) documentUses(document, uses)
}

function documentUses(document: Tree, uses: UseReader): void {
  if (document.kind !== 'list') return objectUses(document, uses)
  for (const operation of itemsAt(document)) {
    const path = stringAt(operation, 'path')
    const value = at(operation, 'value')
    if (value === null || value.kind === 'none' || /^(?:remove|move|copy|test)$/.test(stringAt(operation, 'op'))) continue
    if (value.kind !== 'text') valueUses(value, path, uses)
    else if (/ontainers\/[^/]+\/image$/.test(path)) addImage(uses, value.text, placeOf('container'))
  }
}

/** What is put at `path`: a container, a list of them, or anything that may hold some. */
function valueUses(value: Tree, path: string, uses: UseReader): void {
  if (/ontainers(?:\/[^/]+)?$/.test(path)) containerUses(value, uses)
  else objectUses(value, uses)
}
