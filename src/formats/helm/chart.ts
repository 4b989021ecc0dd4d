/** The images that a chart's `Chart.yaml` lists for others to know (https://artifacthub.io/docs/topics/annotations/helm). */
import { itemsAt, textAt, type Tree } from '../tree.ts'
import { placeOf, type UseReader } from '../use-reader.ts'
import { embeddedDocuments } from '../kubernetes/embedded.ts'
import { addImage } from '../kubernetes/written.ts'

/** Artifact Hub's annotation, and the one that Bitnami's charts have: both are YAML in a text, a list of `name` and `image`. */
const listings = ['artifacthub.io/images', 'images']

/** Writes the images that the annotations of the chart list. */
export function chartUses(chart: Tree, uses: UseReader): void {
  for (const key of listings) {
    const text = textAt(chart, 'annotations', key)
    if (text === null) continue
    for (const listing of embeddedDocuments(text, uses))
      for (const item of itemsAt(listing)) {
        const image = textAt(item, 'image')
        if (image !== null) addImage(uses, image, placeOf('annotation'))
      }
  }
}
