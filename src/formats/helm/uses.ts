/** The image uses of a chart's own files: its values and its `Chart.yaml`. */
import { isObject } from '../kubernetes/objects.ts'
import { resourceUses } from '../kubernetes/resources.ts'
import type { Composing } from '../composing.ts'
import { chartUses } from './chart.ts'
import { valuesUses } from './values.ts'

/** Writes the images of each document. Objects are kept in files called values, too: they are read as what they are. */
export function helmUses({ file, documents, uses }: Composing): void {
  const isChart = /(?:^|\/)Chart\.ya?ml$/.test(file.path)
  for (const document of documents) {
    if (isChart) chartUses(document, uses)
    else if (isObject(document)) resourceUses(document, uses)
    else valuesUses(document, uses)
  }
}
