/** The image uses of a Compose file. */
import { entriesAt, textAt } from '../tree.ts'
import { placeOf } from '../use-reader.ts'
import type { Composing } from '../yaml/yaml-format.ts'

/** Writes the images of services into `uses`. */
export function composeUses({ documents, uses }: Composing): void {
  for (const document of documents)
    for (const { value } of entriesAt(document, 'services')) {
      const image = textAt(value, 'image')
      if (image !== null) uses.addPlain(image, placeOf('service'))
    }
}
