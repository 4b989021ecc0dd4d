/** The image uses of a file of Kubernetes objects. */
import type { Composing } from '../composing.ts'
import { isObject } from './objects.ts'
import { resourceUses } from './resources.ts'

/** Writes the images of all objects; documents that are none are not ours. */
export function kubernetesUses({ documents, uses }: Composing): void {
  for (const document of documents) if (isObject(document)) resourceUses(document, uses)
}
