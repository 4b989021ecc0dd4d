/** The image uses of a kustomization (https://kubectl.docs.kubernetes.io/references/kustomize/kustomization). */
import { valuesUses } from '../helm/values.ts'
import { at, itemsAt, type Tree } from '../tree.ts'
import type { UseReader } from '../use-reader.ts'
import type { Composing } from '../composing.ts'
import { overrideUse } from './images.ts'
import { patchesUses } from './patches.ts'

/** Writes the images of each document. */
export function kustomizeUses({ documents, uses }: Composing): void {
  for (const document of documents) kustomizationUses(document, uses)
}

/** Writes what one kustomization overrides, patches and gives to charts; what it includes are files of their own. */
export function kustomizationUses(tree: Tree, uses: UseReader): void {
  for (const entry of itemsAt(tree, 'images')) overrideUse(entry, uses)
  patchesUses(tree, uses)
  for (const chart of itemsAt(tree, 'helmCharts')) {
    const values = at(chart, 'valuesInline')
    if (values !== null) valuesUses(values, uses)
  }
}
